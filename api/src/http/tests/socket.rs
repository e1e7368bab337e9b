//! A real server behind a socket: clients that are slow, that leave, and the end of the service.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// Tests that start a server share the signals of the process and the counters.
static ALONE: Mutex<()> = Mutex::new(());

/// A real server on a free port, in a thread of its own.
fn start(house: &House) -> (SocketAddr, std::thread::JoinHandle<io::Result<()>>) {
    start_app(house.app())
}

fn start_app(app: App) -> (SocketAddr, std::thread::JoinHandle<io::Result<()>>) {
    let (tell, told) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build()?;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        runtime.block_on(serve(app, listen, move |address| tell.send(address).unwrap()))
    });
    (told.recv().unwrap(), server)
}

/// A connection that has just sent a query of `length` bytes, or the first part of it.
async fn sent(address: SocketAddr, body: &str, length: usize) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    send(&mut stream, body, length).await;
    stream
}

async fn send(stream: &mut tokio::net::TcpStream, body: &str, length: usize) {
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let text = format!("{head}content-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn answered(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = vec![0; 4_096];
    let length = stream.read(&mut text).await.unwrap();
    String::from_utf8_lossy(&text[..length]).into_owned()
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "each test has a runtime of its own")]
async fn a_mutation_outlives_its_client_and_a_query_does_not() {
    let _alone = ALONE.lock().unwrap();
    let mut house = House::new();
    house.settings.limits.body_seconds = 1;
    let (address, _) = start(&house);

    let mut slow = sent(address, "{", 100).await;
    assert!(answered(&mut slow).await.starts_with("HTTP/1.1 408"));

    let (done, seen) = (stub::DONE.load(SeqCst), stub::SEEN.load(SeqCst));
    let change = query("mutation { act(milliseconds: 300) { name } }");
    let question = query("{ slow(milliseconds: 300) }");
    let leaving = (
        sent(address, &change, change.len()).await,
        sent(address, &question, question.len()).await,
    );
    pause(100).await;
    drop(leaving);
    pause(700).await;
    assert_eq!((stub::DONE.load(SeqCst), stub::SEEN.load(SeqCst)), (done + 1, seen));

    // A panic leaves the connection usable.
    let panicking = query("{ panic }");
    let mut kept = sent(address, &panicking, panicking.len()).await;
    assert!(answered(&mut kept).await.starts_with("HTTP/1.1 500"));
    let plain = query("{ echo }");
    send(&mut kept, &plain, plain.len()).await;
    assert!(answered(&mut kept).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "each test has a runtime of its own")]
async fn places_are_counted_for_all_threads_together() {
    let _alone = ALONE.lock().unwrap();
    let mut house = House::new();
    (house.settings.workers, house.settings.in_flight) = (2, 2);
    let app = house.app();
    let places = app.places.clone();
    let (address, _) = start_app(app);
    let (question, plain) = (query("{ held }"), query("{ echo }"));
    // Whoever is still sending a body takes no place.
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
        let head = format!("{head}expect: 100-continue\r\ncontent-length: {}\r\n\r\n", plain.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        assert!(answered(&mut stream).await.starts_with("HTTP/1.1 100"));
        slow.push(stream);
    }
    let holding = [
        sent(address, &question, question.len()).await,
        sent(address, &question, question.len()).await,
    ];
    until_free(&places, 0).await;
    for body in ["", &plain[..3], &plain] {
        // Not even the beginning of a body is waited for.
        let answer = answered(&mut sent(address, body, plain.len()).await).await;
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"),
            "{answer}"
        );
        // Nor can another request follow a body that nobody reads.
        assert!(answer.contains("connection: close"), "{answer}");
    }
    slow[0].write_all(plain.as_bytes()).await.unwrap();
    assert!(answered(&mut slow[0]).await.starts_with("HTTP/1.1 503"), "no place when it is here");
    drop(holding);
    until_free(&places, 2).await;
    for slow in &mut slow[1..] {
        slow.write_all(plain.as_bytes()).await.unwrap();
        assert!(answered(slow).await.starts_with("HTTP/1.1 200"));
    }
}

#[cfg(unix)]
#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "each test has a runtime of its own")]
async fn told_to_stop_it_finishes_what_runs() {
    let _alone = ALONE.lock().unwrap();
    let mut house = House::new();
    house.settings.shutdown = Duration::from_secs(20);
    let (address, server) = start(&house);
    let plain = query("{ echo }");
    let mut idle = sent(address, &plain, plain.len()).await;
    answered(&mut idle).await;
    let question = query("{ slow(milliseconds: 700) }");
    let mut running = sent(address, &question, question.len()).await;
    let change = query("mutation { act(milliseconds: 2000) { name } }");
    let leaving = sent(address, &change, change.len()).await;
    pause(100).await;
    drop((leaving, idle));
    let done = stub::DONE.load(SeqCst);

    let start = Instant::now();
    let me = std::process::id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &me]).status().unwrap().success());
    pause(200).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "accepts no more");
    let answer = answered(&mut running).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    tokio::task::spawn_blocking(move || server.join().unwrap()).await.unwrap().unwrap();
    assert_eq!(stub::DONE.load(SeqCst), done + 1, "the mutation came to its end");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}
