// What a page written with Relay asks: it is compiled, and what comes of it is asked; it never runs.
import { graphql } from 'relay-runtime';

export const page = graphql`
  query needsPageQuery($first: Int!) {
    ...needsList @arguments(count: $first)
  }
`;

export const list = graphql`
  fragment needsList on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "needsListPaginationQuery") {
    needs(first: $count, after: $cursor, order: NEWEST) @connection(key: "needsList_needs") {
      edges {
        node {
          id
          ...needsCard
        }
      }
    }
  }
`;

export const card = graphql`
  fragment needsCard on Need @refetchable(queryName: "needsCardRefetchQuery") {
    title
    publishedAt
    disclosureLevel
    chamber {
      id
      name
    }
  }
`;

export const chamber = graphql`
  query needsChamberQuery($id: ID!) {
    organization(id: $id) {
      ...needsOfChamber
    }
  }
`;

export const ofChamber = graphql`
  fragment needsOfChamber on Organization
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "needsOfChamberPaginationQuery") {
    needs(first: $count, after: $cursor) @connection(key: "needsOfChamber_needs") {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`;

export const anything = graphql`
  query needsAnythingQuery($id: ID!) {
    node(id: $id) {
      ... on Need {
        folio
      }
      ... on Organization {
        name
      }
    }
  }
`;

export const news = graphql`
  subscription needsNewsSubscription($after: String) {
    needPublished(after: $after) {
      cursor
      resync
      need {
        ...needsCard
      }
    }
  }
`;

export const hold = graphql`
  mutation needsHoldMutation($input: NeedNoteInput!) {
    holdNeed(input: $input) {
      need {
        id
        status
        version
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;
