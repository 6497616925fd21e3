//! One call over HTTP: read, carried out, answered; with faults on the way where they are asked for.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BodyStream, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::rpc::{Answer, BODY_LIMIT, Body, Fault, Received};

use super::channel::Channel;
use super::cloud::Cloud;
use super::fault::Fate;
use super::{api, console, name};

/// What was received, for as long as several threads in turn work on it.
struct Arrival {
    received: Received,
    channel: Channel,
}

/// A call of an API; or somebody who typed our address into a browser.
pub(super) async fn call(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let is_call = request.headers().contains_key("x-acs-action") || !request.query_string().is_empty();
    if request.method() == actix_web::http::Method::GET && !is_call {
        return console::to_console();
    }
    let Some(body) = read(payload).await else { return HttpResponse::BadRequest().finish() };
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let target = (request.path(), request.query_string());
    let received = Received::new(request.method().as_str(), target, headers, body);
    let channel = Channel::of(&request, &cloud.trusted_proxies);
    let arrival = Arc::new(Arrival { received, channel });
    if cloud.injector.is_idle() {
        return carry_out(&cloud, &arrival).await.map_or_else(broken, written);
    }
    befall(&cloud, &arrival).await
}

/// Reads the body; `None` where it broke off.
async fn read(payload: web::Payload) -> Option<Body> {
    let mut stream = pin!(BodyStream::new(payload));
    let mut body = Body::up_to(BODY_LIMIT);
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        if !body.push(&piece.ok()?) {
            break;
        }
    }
    Some(body)
}

fn answer(cloud: &Cloud, arrival: &Arrival) -> Answer {
    let received = &arrival.received;
    match received.request() {
        Ok(request) => api::answer(cloud, &request, arrival.channel),
        Err(error) => {
            let request_id = name::request_id(&cloud.random).unwrap_or_default();
            tracing::info!(request.id = request_id, reason = %error, "call refused");
            Answer::failure(received.format(), &request_id, received.host(), &Fault::from(error))
        }
    }
}

async fn carry_out(cloud: &web::Data<Cloud>, arrival: &Arc<Arrival>) -> Option<Answer> {
    let (cloud, arrival) = (web::Data::clone(cloud), Arc::clone(arrival));
    web::block(move || answer(&cloud, &arrival)).await.ok()
}

/// As [`carry_out`], with what the faults have in store. It waits without a thread and without a
/// transaction.
async fn befall(cloud: &web::Data<Cloud>, arrival: &Arc<Arrival>) -> HttpResponse {
    let (own, given) = (web::Data::clone(cloud), Arc::clone(arrival));
    let target = web::block(move || api::target(&own, &given.received.request().ok()?));
    let target = target.await.ok().flatten();
    let Some((target, format)) = target else {
        return carry_out(cloud, arrival).await.map_or_else(broken, written);
    };
    let plan = cloud.injector.plan(&target, cloud.now());
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    let failure = |fault: &Fault| {
        let request_id = name::request_id(&cloud.random).unwrap_or_default();
        tracing::debug!(request.id = request_id, action = target.action, account.id = target.account, code = %fault.code, "fault");
        written(Answer::failure(format, &request_id, arrival.received.host(), fault))
    };
    match plan.fate {
        Fate::Answered => carry_out(cloud, arrival).await.map_or_else(broken, written),
        Fate::Throttled { retry_after } => {
            let mut response = failure(&throttled());
            // Whole seconds are too coarse for a moment: who is a little early need not wait so long.
            if retry_after >= Duration::from_millis(500) {
                let seconds = u64::try_from(retry_after.as_millis().div_ceil(1000)).unwrap_or(1);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Fate::FailedBefore => failure(&unavailable()),
        Fate::FailedAfter => {
            carry_out(cloud, arrival).await;
            failure(&internal())
        }
        Fate::HungUp => {
            carry_out(cloud, arrival).await;
            HttpResponse::Ok().body(Broken)
        }
    }
}

fn throttled() -> Fault {
    Fault::new(400, "Throttling.User", "Request was denied due to user flow control.")
}

fn unavailable() -> Fault {
    let message = "The request has failed due to a temporary failure of the server.";
    Fault::new(503, "ServiceUnavailable", message)
}

fn internal() -> Fault {
    let message = "The request processing has failed due to some unknown error.";
    Fault::new(500, "InternalError", message)
}

/// A worker thread that stopped.
fn broken() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}

fn written(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type(answer.content_type).body(answer.body)
}

/// A body that breaks off at once, and the connection with it.
struct Broken;

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<web::Bytes, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))))
    }
}
