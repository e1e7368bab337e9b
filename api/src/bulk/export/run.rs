//! Carrying an export out, page by page.
//!
//! Each page is asked for as an answer would be: by who its owner is now, through the same rules,
//! and with what it shows of others' records on record before it is written down. In memory are a
//! page and at most one piece of the file.

use async_graphql::{
    Executor, Name, Request, Response, Value, indexmap::IndexMap, parser::types::ExecutableDocument,
};
use entity::{BulkErrorCode, BulkFormat};
use serde::{Deserialize, Serialize};

use super::{
    csv,
    plan::{List, Plan},
};
use crate::{
    bulk::carry::{Broken, Running},
    error::{Error, Result},
};

/// In what steps exports go.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many things are asked for at once: of a list with nothing below it; of the lists of two
    /// levels; of three.
    pub pages: [&'static [usize]; 3],
    /// How long a piece of the file is at least, in bytes, but for the last.
    pub piece: usize,
}

impl Default for Pace {
    /// Some hundred things at once, as many as a page of an answer has at most.
    fn default() -> Self {
        Self { pages: [&[100], &[20, 20], &[10, 10, 10]], piece: 1_000_000 }
    }
}

/// From where an export goes on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// Behind this thing at the top.
    after: Option<String>,
    /// What was written by then.
    done: i64,
    roots: i64,
}

/// A page of a list.
struct Page {
    things: Vec<IndexMap<Name, Value>>,
    /// Behind which the next one begins; nothing when there is none.
    next: Option<String>,
}

/// Carries an export out to its end.
///
/// # Errors
/// Why it does not go on.
pub(crate) async fn run(
    job: &mut Running,
    schema: &impl Executor,
    pace: &Pace,
) -> Result<(), Broken> {
    let plan = job.row.options.clone().unwrap_or_default();
    let plan: Plan = serde_json::from_value(plan).map_err(Error::internal)?;
    let resumed = job.row.checkpoint.clone().map(serde_json::from_value::<Checkpoint>);
    let resumed = resumed.transpose().map_err(Error::internal)?;
    let pages = pace.pages[plan.top.depth().min(pace.pages.len()) - 1];
    let mut export = Export { job, schema, plan: &plan, piece: pace.piece, out: Vec::new() };
    if resumed.is_none() {
        export.begin()?;
    }
    let mut at = resumed.unwrap_or_default();
    (export.job.row.done, export.job.row.roots) = (at.done, at.roots);
    loop {
        export.job.keep_on().await?;
        export.breathe().await;
        let document = plan.top.page(pages, at.after.as_deref());
        let found = export.ask(document, &plan.top, false).await?;
        for thing in found.things {
            export.job.row.roots += 1;
            export.thing(&plan.top, thing, None, pages).await?;
        }
        at = Checkpoint {
            after: found.next,
            done: export.job.row.done,
            roots: export.job.row.roots,
        };
        if at.after.is_none() {
            let rest = std::mem::take(&mut export.out);
            return export.job.put(rest).await;
        }
        // What a piece of the file holds and from where to go on are written down together.
        if export.flush().await? {
            let checkpoint = serde_json::to_value(&at).map_err(Error::internal)?;
            export.job.row.checkpoint = Some(checkpoint);
            export.job.save().await?;
        }
    }
}

struct Export<'a, E> {
    job: &'a mut Running,
    schema: &'a E,
    plan: &'a Plan,
    piece: usize,
    /// What is not in a piece of the file yet.
    out: Vec<u8>,
}

impl<E: Executor> Export<'_, E> {
    /// What stands at the top of the file.
    fn begin(&mut self) -> Result<()> {
        match self.job.row.format {
            BulkFormat::Jsonl => Ok(()),
            BulkFormat::Csv => csv::headings(&self.plan.top.columns, &mut self.out),
        }
    }

    /// Puts what has gathered into the file, if it is enough for a piece.
    async fn flush(&mut self) -> Result<bool, Broken> {
        if self.out.len() < self.piece {
            return Ok(false);
        }
        let piece = std::mem::take(&mut self.out);
        self.job.put(piece).await?;
        Ok(true)
    }

    /// Leaves connections of the database to those who wait for an answer.
    async fn breathe(&self) {
        /// How often it is looked, and how long is waited in between: two seconds in all.
        const LOOKS: usize = 40;
        const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);
        for _ in 0..LOOKS {
            let pools = self.job.service.db().connections();
            let busy = pools
                .iter()
                .any(|pool| pool.pool == "read" && pool.used + 1 >= pool.most && pool.most > 1);
            if !busy {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Writes a thing down, and all that stands in the lists below it.
    async fn thing(
        &mut self,
        list: &List,
        mut thing: IndexMap<Name, Value>,
        parent: Option<&str>,
        pages: &[usize],
    ) -> Result<(), Broken> {
        let below: Vec<_> =
            list.below.iter().map(|list| thing.shift_remove(list.key.as_str())).collect();
        let id = match thing.get("id") {
            Some(Value::String(id)) => id.clone(),
            _ => String::new(),
        };
        if let Some(parent) = parent {
            thing.insert(Name::new("__parentId"), Value::String(parent.to_owned()));
        }
        self.write(list, Value::Object(thing))?;
        self.job.row.done += 1;
        for (list, told) in list.below.iter().zip(below) {
            let rest = &pages[1..];
            let mut page = page_of(told.unwrap_or_default())?;
            loop {
                for thing in page.things {
                    // Lists lead to lists.
                    Box::pin(self.thing(list, thing, Some(&id), rest)).await?;
                }
                let Some(after) = page.next else { break };
                // A long list below one thing is no reason to hold all of it.
                self.flush().await?;
                self.job.keep_on().await?;
                self.breathe().await;
                let document = list.page_of(&id, rest, &after);
                page = self.ask(document, list, true).await?;
            }
        }
        Ok(())
    }

    fn write(&mut self, list: &List, thing: Value) -> Result<()> {
        match self.job.row.format {
            BulkFormat::Jsonl => {
                serde_json::to_writer(&mut self.out, &thing).map_err(Error::internal)?;
                self.out.push(b'\n');
                Ok(())
            }
            BulkFormat::Csv => csv::thing(&list.columns, &thing, &mut self.out),
        }
    }

    /// Asks for a page: of the list at the top, or of one below a node.
    async fn ask(
        &self,
        document: ExecutableDocument,
        list: &List,
        of_node: bool,
    ) -> Result<Page, Broken> {
        let service = &self.job.service;
        let viewer = self.job.viewer().await?;
        if let Some(machine) = &viewer.machine {
            let types = self.plan.types.iter().map(String::as_str);
            machine.may_ask(types, []).map_err(Error::OutOfScope)?;
        }
        let mut request = Request::new("");
        request.set_parsed_query(document);
        let request = service.equip(request, viewer);
        let asked = service.execute(self.schema, request);
        let answer = tokio::time::timeout(service.db().patience(), asked).await;
        let answer = answer.map_err(|_| Broken::Later(Error::Timeout))?;
        let mut told = told(answer)?;
        if of_node {
            told = match told.shift_remove("node") {
                Some(Value::Object(node)) => node,
                // It went away meanwhile, or is not to be seen any more.
                _ => return Ok(Page { things: Vec::new(), next: None }),
            };
        }
        page_of(told.shift_remove(list.key.as_str()).unwrap_or_default())
    }
}

/// What an answer tells, if all of it could be told.
fn told(answer: Response) -> Result<IndexMap<Name, Value>, Broken> {
    if let Some(error) = answer.errors.first() {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = match code {
            Some(Value::Enum(code)) => code.as_str(),
            Some(Value::String(code)) => code.as_str(),
            _ => "",
        };
        return Err(match code {
            "FORBIDDEN" | "UNAUTHENTICATED" => Error::Forbidden.into(),
            "TIMEOUT" => Broken::Later(Error::Timeout),
            "OVERLOADED" | "CONFLICT" => Broken::Later(Error::Overloaded),
            // Its cause has been logged where it happened.
            "INTERNAL" => Error::internal("a page of an export failed").into(),
            _ => Broken::Failed(BulkErrorCode::Invalid, error.message.clone()),
        });
    }
    match answer.data {
        Value::Object(told) => Ok(told),
        _ => Err(Error::internal("an answer without data").into()),
    }
}

/// A page, as an answer tells it; an empty one where there is none.
fn page_of(told: Value) -> Result<Page, Broken> {
    let wrong = || Broken::from(Error::internal("a page of an export has another shape"));
    let Value::Object(mut told) = told else {
        return Ok(Page { things: Vec::new(), next: None });
    };
    let Some(Value::List(nodes)) = told.shift_remove("nodes") else { return Err(wrong()) };
    let thing = |node: Value| match node {
        Value::Object(thing) => Ok(thing),
        _ => Err(wrong()),
    };
    let things = nodes.into_iter().map(thing).collect::<Result<_, _>>()?;
    let Some(Value::Object(info)) = told.shift_remove("pageInfo") else { return Err(wrong()) };
    let more = info.get("hasNextPage") == Some(&Value::Boolean(true));
    let next = match info.get("endCursor") {
        Some(Value::String(cursor)) if more => Some(cursor.clone()),
        _ => None,
    };
    Ok(Page { things, next })
}
