#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <future>

#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"

namespace pay::app {
namespace {

constexpr std::size_t page_size = 100;

std::int64_t read_number(std::string_view what, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > max_id) {
    throw ConfigurationError(fmt::format("'{}' is no {}; write a whole number", text, what));
  }
  return number;
}

NotificationFilter filter_of(const CommandLine& line) {
  NotificationFilter filter;
  if (const auto text = line.option("payment-id"); !text.empty()) {
    filter.payment_id = PaymentId{read_number("payment id", text)};
  }
  if (const auto text = line.option("status"); !text.empty()) {
    filter.status = find_notification_status(text);
    if (!filter.status) {
      throw ConfigurationError(
          fmt::format("--status cannot be '{}'; write pending, delivered or dead", text));
    }
  }
  return filter;
}

/// Every one, the newest first.
template <class Take>
void for_each(ReadStore& store, const NotificationFilter& filter, Take take) {
  auto before = max_id + 1;
  while (true) {
    const auto slice = store.list_notifications(filter, before, page_size);
    for (const auto& notification : slice.rows) take(notification);
    if (!slice.has_more) return;
    before = slice.next;
  }
}

/// Those of one payment in their order: after a later one an older one would be refused.
std::vector<Notification> all_dead_in_order(ReadStore& store) {
  std::vector<Notification> dead;
  for_each(store, {.status = NotificationStatus::dead},
           [&](const Notification& one) { dead.push_back(one); });
  std::ranges::sort(dead, {},
                    [](const Notification& one) { return std::pair(one.payment_id, one.sequence); });
  return dead;
}

void show(const Notification& notification) {
  fmt::print("{}  payment.{} of payment {}  {}  tries {}  since {}", notification.id.value,
             name(notification.type), notification.payment_id.value, name(notification.status),
             notification.attempts, to_rfc3339(notification.created_at));
  if (!notification.client.empty()) fmt::print("  client {}", notification.client);
  if (notification.status == NotificationStatus::pending) {
    fmt::print("  next try {}", to_rfc3339(notification.due_at));
  }
  if (!notification.last_error.empty()) fmt::print("  last error: {}", notification.last_error);
  fmt::print("\n");
}

class NobodyCounts final : public ExecutorObserver {
  void on_commit(std::size_t, std::chrono::nanoseconds, const Changes&) override {}
  void on_replay() override {}
};

/// The same command that `POST /notifications/{id}/retry` is, carried out here.
class Retrying {
 public:
  explicit Retrying(Store& store) : executor_(store.open_writer(), clock_, {}, &deliver, nobody_) {}

  /// One reply an id, in order. They share commits.
  std::vector<Result<Reply>> retry(std::span<const NotificationId> ids) {
    std::vector<std::future<Result<Reply>>> futures;
    std::vector<Executor::Submission> submissions;
    for (const auto id : ids) {
      std::promise<Result<Reply>> promise;
      futures.push_back(promise.get_future());
      submissions.push_back({.job = {.command = RetryNotification{.id = id}},
                             .done = [promise = std::move(promise)](Result<Reply> reply) mutable {
                               promise.set_value(std::move(reply));
                             }});
    }
    executor_.submit(submissions);
    std::vector<Result<Reply>> replies;
    replies.reserve(futures.size());
    for (auto& future : futures) replies.push_back(future.get());
    return replies;
  }

 private:
  static void deliver(std::vector<Executor::Completion> completions) {
    for (auto& completion : completions) completion.done(std::move(completion.reply));
  }

  SystemClock clock_;
  NobodyCounts nobody_;
  Executor executor_;
};

/// Says why not.
bool is_on_its_way(const Result<Reply>& reply, NotificationId id) {
  if (reply) {
    if (std::get<NotificationReply>(*reply).notification.status == NotificationStatus::pending) return true;
    fmt::print("notification {} was delivered already\n", id.value);
    return false;
  }
  const auto& error = reply.error();
  if (error.code == ErrorCode::not_found) {
    fmt::print("there is no notification {}\n", id.value);
  } else {
    fmt::print("notification {}: {}\n", id.value,
               error.detail.en.empty() ? name(error.code) : std::string_view(error.detail.en));
  }
  return false;
}

}  // namespace

int notifications_list(const Configuration& configuration, const CommandLine& line) {
  const auto filter = filter_of(line);
  const auto store = open_to_read(configuration.database);
  std::size_t count = 0;
  for_each(*store, filter, [&](const Notification& notification) {
    show(notification);
    ++count;
  });
  fmt::print("{} notification{}\n", count, count == 1 ? "" : "s");
  return 0;
}

int notifications_retry(const Configuration& configuration, const CommandLine& line) {
  std::vector<NotificationId> ids;
  ids.reserve(line.words.size());
  for (const auto& word : line.words) ids.push_back({read_number("notification id", word)});
  const bool all_dead = line.option("dead") == "true";
  if (ids.empty() == !all_dead) {
    throw ConfigurationError(
        "say which: ids as `payment-service notifications list` shows them, or --dead for all "
        "that were given up");
  }
  const auto store = open_existing_beside(configuration.database);
  if (all_dead) {
    for (const auto& dead : all_dead_in_order(*store->open_reader())) ids.push_back(dead.id);
  }
  Retrying retrying(*store);
  std::size_t sent = 0;
  for (std::span<const NotificationId> left = ids; !left.empty();) {
    const auto some = left.first(std::min(left.size(), page_size));
    left = left.subspan(some.size());
    const auto replies = retrying.retry(some);
    for (std::size_t i = 0; i < some.size(); ++i) sent += is_on_its_way(replies[i], some[i]) ? 1 : 0;
  }
  fmt::print("{} of {} sent on their way\n", sent, ids.size());
  return sent == ids.size() ? 0 : 1;
}

}  // namespace pay::app
