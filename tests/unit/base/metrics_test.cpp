// What a Prometheus server reads.
#include "base/metrics.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pay {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view post = "POST";
constexpr std::string_view route = "/payments/{id}/capture";

TEST(Metrics, count_responses_by_method_route_and_status) {
  Metrics metrics;
  metrics.on_response(post, route, 200, 2ms);
  metrics.on_response(post, route, 200, 30ms);
  metrics.on_response(post, route, 409, 1ms);
  const auto text = metrics.render(0, 0);
  EXPECT_THAT(text, HasSubstr("http_requests_total{method=\"POST\",route=\"/payments/{id}/capture\","
                              "status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("status=\"409\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE http_requests_total counter\n"));
}

TEST(Metrics, show_how_long_requests_took_in_seconds) {
  Metrics metrics;
  metrics.on_response(post, route, 200, 2ms);
  metrics.on_response(post, route, 409, 30ms);
  const auto text = metrics.render(0, 0);
  const std::string name = "http_request_duration_seconds";
  const std::string labels = "method=\"POST\",route=\"/payments/{id}/capture\"";
  EXPECT_THAT(text, HasSubstr(name + "_count{" + labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{" + labels + "} 0.032"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"+Inf\"} 2\n"));
}

TEST(Metrics, show_batches_replays_and_events) {
  Metrics metrics;
  metrics.on_commit(3, 1ms);
  metrics.on_commit(40, 2ms);
  metrics.on_replay();
  metrics.on_event("paid", 2);
  metrics.on_event("created", 1);
  metrics.on_event("paid", 1);
  const auto text = metrics.render(0, 0);
  EXPECT_THAT(text, HasSubstr("commit_batch_size_sum 43\n"));
  EXPECT_THAT(text, HasSubstr("commit_batch_size_bucket{le=\"4\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("commit_duration_seconds_count 2\n"));
  EXPECT_THAT(text, HasSubstr("commit_replays_total 1\n"));
  EXPECT_THAT(text, HasSubstr("payment_events_total{type=\"paid\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("payment_events_total{type=\"created\"} 1\n"));
}

TEST(Metrics, show_what_is_now) {
  Metrics metrics;
  EXPECT_THAT(metrics.render(7, 2), HasSubstr("command_queue_depth 7\n"));
  const auto text = metrics.render(0, 5);
  EXPECT_THAT(text, HasSubstr("command_queue_depth 0\n"));
  EXPECT_THAT(text, HasSubstr("http_connections 5\n"));
}

TEST(Metrics, count_calls_to_providers_and_show_which_are_left_alone) {
  Metrics metrics;
  metrics.on_provider_call("stripe", "succeeded", 40ms);
  metrics.on_provider_call("stripe", "succeeded", 60ms);
  metrics.on_provider_call("stripe", "unknown", 10s);
  metrics.on_provider_wait("stripe", 0ms);
  metrics.on_provider_wait("stripe", 300ms);
  metrics.on_provider_kept_back("stripe", "queue_full");
  metrics.on_provider_circuit("stripe", true);
  metrics.on_provider_circuit("paypal", true);
  metrics.on_provider_circuit("paypal", false);
  metrics.count_attempts_that_need_attention(3);
  const auto text = metrics.render(0, 0);
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_calls_total{outcome="succeeded",provider="stripe"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_calls_total{outcome="unknown",provider="stripe"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_call_duration_seconds_count{provider="stripe"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(_seconds_bucket{provider="stripe",le="0.05"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_call_wait_seconds_count{provider="stripe"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_call_wait_seconds_bucket{provider="stripe",le="0.25"} 1)"));
  EXPECT_THAT(
      text, HasSubstr(R"(payment_provider_calls_kept_back_total{provider="stripe",reason="queue_full"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_circuit_open{provider="stripe"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(payment_provider_circuit_open{provider="paypal"} 0)"));
  EXPECT_THAT(text, HasSubstr("payment_attempts_need_attention 3\n"));
}

TEST(Metrics, have_a_help_and_a_type_for_every_name_and_no_payment_or_card_in_a_label) {
  Metrics metrics;
  metrics.on_response(post, route, 200, 2ms);
  metrics.on_event("paid", 1);
  const auto text = metrics.render(0, 0);
  for (const auto* name :
       {"http_requests_total", "http_request_duration_seconds", "payment_events_total", "commit_batch_size",
        "commit_duration_seconds", "commit_replays_total", "command_queue_depth", "http_connections"}) {
    EXPECT_THAT(text, HasSubstr(fmt::format("# HELP {} ", name)));
    EXPECT_THAT(text, HasSubstr(fmt::format("# TYPE {} ", name)));
  }
  EXPECT_THAT(text, Not(HasSubstr("card")));
}

}  // namespace
}  // namespace pay
