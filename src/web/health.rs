//! The management listener: whether the process lives, has started, and can serve; and its metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, ServiceConfig, block, get, resource};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::service::{Context, Operator, task};

/// What the management listener reports on.
pub struct Health {
    ctx: Arc<Context>,
    has_started: AtomicBool,
    is_draining: AtomicBool,
}

impl Health {
    /// Reports on this context; not started yet.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx, has_started: AtomicBool::new(false), is_draining: AtomicBool::new(false) }
    }

    /// From now on `/health/started` and `/health/ready` may say yes.
    pub fn started(&self) {
        self.has_started.store(true, Ordering::SeqCst);
    }

    /// From now on `/health/ready` says no, so that no new requests are sent here.
    pub fn draining(&self) {
        self.is_draining.store(true, Ordering::SeqCst);
    }
}

/// Everything on the management listener.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/health/live").route(get().to(live)))
        .service(resource("/health/started").route(get().to(started)))
        .service(resource("/health/ready").route(get().to(ready)))
        .service(resource("/metrics").route(get().to(metrics)));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

async fn started(health: Data<Health>) -> HttpResponse {
    let has_started = health.has_started.load(Ordering::SeqCst);
    answer(has_started, &serde_json::json!({ "started": has_started }))
}

async fn ready(health: Data<Health>) -> HttpResponse {
    let has_started = health.has_started.load(Ordering::SeqCst);
    let is_draining = health.is_draining.load(Ordering::SeqCst);
    let probed = Data::clone(&health);
    let database = block(move || probed.ctx.probe()).await;
    let can_write = matches!(database, Ok(Ok(())));
    let is_ready = has_started && !is_draining && can_write;
    answer(
        is_ready,
        &serde_json::json!({ "started": has_started, "draining": is_draining, "database": can_write }),
    )
}

fn answer(is_good: bool, body: &serde_json::Value) -> HttpResponse {
    if is_good { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

async fn metrics(health: Data<Health>) -> HttpResponse {
    let counted = Data::clone(&health);
    let counts = block(move || task::backlog(&counted.ctx, &Operator::local(), None)).await;
    let Ok(Ok((in_progress, failed))) = counts else { return HttpResponse::ServiceUnavailable().finish() };
    let mut registry = Registry::with_prefix("cloudsso");
    for (name, help, value) in [
        ("tasks_in_progress", "Provisioning tasks to be done", in_progress),
        ("tasks_failed", "Provisioning tasks given up", failed),
    ] {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    let mut text = String::new();
    if encode(&mut text, &registry).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"))
        .body(text)
}
