//! An HTTP server on a listener, until it is dropped.

use axum::{Router, serve::ListenerExt as _};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tokio_rustls::rustls::ServerConfig;

/// How long requests in flight may take once a server stops.
const GRACE: Duration = Duration::from_secs(2);

/// A running server. It stops when it is shut down, and also when it is dropped.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    scheme: &'static str,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves `router` on `listener`.
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        Self::start_with(listener, router, None)
    }

    /// Serves `router` on `listener`, over TLS if there is a configuration for it.
    pub fn start_with(
        listener: TcpListener,
        router: Router,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        match tls {
            None => Self::start_plain(listener, router),
            Some(tls) => {
                let mut server = Self::start_tls(listener, router, tls)?;
                server.scheme = "https";
                Ok(server)
            }
        }
    }

    fn start_tls(listener: TcpListener, router: Router, tls: Arc<ServerConfig>) -> io::Result<Self> {
        let make_service = router.into_make_service_with_connect_info::<SocketAddr>();
        Self::spawn(listener, |listener, stopped| async move {
            let handle = Handle::new();
            tokio::spawn({
                let handle = handle.clone();
                async move {
                    stopped.await;
                    handle.graceful_shutdown(Some(GRACE));
                }
            });
            let listener = listener.into_std().map_err(|error| error.to_string())?;
            axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))
                .map_err(|error| error.to_string())?
                .handle(handle)
                .serve(make_service)
                .await
                .map_err(|error| error.to_string())
        })
    }

    fn start_plain(listener: TcpListener, router: Router) -> io::Result<Self> {
        // Answers are small: waiting to fill a packet would cost each of them up to 40 ms.
        let make_service = router.into_make_service_with_connect_info::<SocketAddr>();
        Self::spawn(listener, |listener, stopped| async move {
            let listener = listener.tap_io(|connection| {
                let _ = connection.set_nodelay(true);
            });
            axum::serve(listener, make_service)
                .with_graceful_shutdown(stopped)
                .await
                .map_err(|error| error.to_string())
        })
    }

    /// Serves `listener` until the given future resolves.
    pub(crate) fn spawn<F>(
        listener: TcpListener,
        serve: impl FnOnce(TcpListener, StopSignal) -> F,
    ) -> io::Result<Self>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = serve(
            listener,
            Box::pin(async move {
                // A dropped sender is a signal as well.
                let _ = stopped.await;
            }),
        );
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%addr, error, "a server stopped");
            }
        });
        Ok(Self {
            addr,
            scheme: "http",
            stop,
            task,
        })
    }

    /// Its address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address as a URL without a trailing slash.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.addr)
    }

    /// Stops accepting, waits a moment for requests in flight, and returns.
    pub async fn shutdown(self) {
        let Self { stop, mut task, .. } = self;
        drop(stop);
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Resolves when a server must stop.
pub(crate) type StopSignal = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
