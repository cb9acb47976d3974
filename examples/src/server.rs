//! An axum server for the internet.

use std::io;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};

/// How long a request head may take, and a connection may be idle.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How many bytes are read from a connection at a time; the longest head.
///
/// hyper parses chunk sizes byte by byte and only yields after 128 reads, so
/// that its default of 400 KiB lets one sender keep a thread for seconds.
const BUFFER: usize = 16 * 1024;

/// How long a peer may not read what it is sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long handlers have to finish when the server shuts down.
///
/// With the time to wait for the replay store less than the 30 seconds after which
/// Kubernetes kills a process.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(15);

/// Listens, for connections that end when their peer does not read.
///
/// Neither server limits how long it writes: whoever sends requests and never reads the
/// answers would hold the connection for good.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    // Connections inherit it. Elsewhere a proxy has to do it.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(WRITE_TIMEOUT))?;
    Ok(listener)
}

/// Serves until Ctrl-C or SIGTERM, then lets handlers finish.
///
/// `axum::serve` has no timeout for request heads: whoever sends half of one
/// holds the connection for good.
///
/// # Errors
/// When the signals cannot be listened for.
pub async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => serve_connection(stream, &app, &connections),
                // Such as no descriptors left: others may be closed meanwhile.
                Err(error) => {
                    eprintln!("accepting a connection failed: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            stopped = &mut stop => {
                stopped?;
                break;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown())
        .await
        .is_err()
    {
        eprintln!("some handlers did not finish within {SHUTDOWN_TIMEOUT:?}");
    }
    Ok(())
}

fn serve_connection(stream: TcpStream, app: &Router, connections: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // The client went away, or sent something that is not HTTP.
        let _ = connection.await;
    });
}

/// Ends with the first signal to stop.
async fn stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
