#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace pay {

/// What the service counts, in Prometheus' terms. Names follow https://prometheus.io/docs/practices/naming.
class Metrics {
 public:
  Metrics();

  /// The server's thread only. `route` is a pattern of the route table, never a path as sent: its values are
  /// few.
  void on_response(std::string_view method, std::string_view route, int status,
                   std::chrono::nanoseconds took);

  /// Any thread.
  void on_commit(std::size_t commands, std::chrono::nanoseconds took);
  void on_replay() { replays_.Increment(); }
  void on_event(std::string_view type, std::size_t count);
  /// `outcome` of one try to tell a client: delivered, dead, or why it failed. Static text of few values.
  void on_notification(std::string_view outcome);
  void on_circuit(bool opened) { opened ? circuits_open_.Increment() : circuits_open_.Decrement(); }

  /// `outcome` of one call to a provider: succeeded, declined, unknown, … Static text of few values.
  void on_provider_call(std::string_view provider, std::string_view outcome, std::chrono::nanoseconds took);
  void on_provider_circuit(std::string_view provider, bool opened);
  /// A call to a provider begins, after so long.
  void on_provider_wait(std::string_view provider, std::chrono::nanoseconds waited);
  /// `reason` why one never began. Static text of few values.
  void on_provider_kept_back(std::string_view provider, std::string_view reason);
  void count_attempts_that_need_attention(std::size_t count) {
    attempts_need_attention_.Set(static_cast<double>(count));
  }

  /// The text exposition format. `queue_depth` and `connections` are what they are now. The server's thread
  /// only.
  std::string render(std::size_t queue_depth, std::size_t connections);

 private:
  struct RouteKey {
    std::string_view method;
    std::string_view route;
    int status;
    auto operator<=>(const RouteKey&) const = default;
  };
  struct RouteMetrics {
    prometheus::Counter* requests;
    prometheus::Histogram* seconds;
  };
  RouteMetrics& metrics_of(std::string_view method, std::string_view route, int status);

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& request_seconds_;
  prometheus::Family<prometheus::Counter>& events_;
  prometheus::Family<prometheus::Counter>& notifications_;
  prometheus::Gauge& circuits_open_;
  prometheus::Family<prometheus::Counter>& provider_calls_;
  prometheus::Family<prometheus::Histogram>& provider_seconds_;
  prometheus::Family<prometheus::Histogram>& provider_wait_seconds_;
  prometheus::Family<prometheus::Counter>& provider_kept_back_;
  prometheus::Family<prometheus::Gauge>& provider_circuits_;
  prometheus::Gauge& attempts_need_attention_;
  prometheus::Histogram& batch_size_;
  prometheus::Histogram& commit_seconds_;
  prometheus::Counter& replays_;
  prometheus::Gauge& queue_depth_;
  prometheus::Gauge& connections_;
  std::map<RouteKey, RouteMetrics> routes_;
};

}  // namespace pay
