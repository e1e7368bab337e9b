// Everything that this client asks. Its types are generated from here: `npm run generate`.
import { graphql } from './graphql/index.js';

export const WhoAmI = graphql(`
  query WhoAmI {
    viewer {
      grants {
        role
        organization {
          id
          name
        }
      }
    }
  }
`);

export const OpenNeeds = graphql(`
  query OpenNeeds($after: String) {
    needs(first: 50, after: $after, filter: { openForInterest: true }) {
      totalCount
      nodes {
        id
        folio
        title
        publishedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const DraftNeed = graphql(`
  mutation DraftNeed($input: DraftNeedInput!) {
    draftNeed(input: $input) {
      need {
        id
        version
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const ReviseNeed = graphql(`
  mutation ReviseNeed($input: ReviseNeedInput!) {
    reviseNeed(input: $input) {
      need {
        id
        version
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const SubmitNeed = graphql(`
  mutation SubmitNeed($input: NeedVersionInput!) {
    submitNeed(input: $input) {
      need {
        id
        version
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const PublishNeed = graphql(`
  mutation PublishNeed($input: NeedVersionInput!) {
    publishNeed(input: $input) {
      need {
        id
        version
        folio
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const NeedPublished = graphql(`
  subscription NeedPublished($after: String) {
    needPublished(after: $after) {
      cursor
      resync
      need {
        id
        folio
        title
      }
    }
  }
`);
