/** A page of any list. */
interface Page<Row> {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** All rows of a list, page after page. */
export async function* rows<Row>(read: (after: string | null) => Promise<Page<Row> | null | undefined>): AsyncGenerator<Row> {
  for (let after: string | null = null; ; ) {
    const page = await read(after);
    if (!page) return;
    yield* page.nodes;
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor ?? null;
  }
}
