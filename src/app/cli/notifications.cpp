#include <fmt/format.h>

#include <algorithm>

#include "app/cli/operator.hpp"
#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"

namespace pay::app {
namespace {

constexpr std::size_t page_size = 100;

NotificationFilter filter_of(const CommandLine& line) {
  NotificationFilter filter;
  if (const auto text = line.option("payment-id"); !text.empty()) {
    filter.payment_id = PaymentId{read_id("payment id", text)};
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
    fmt::print("notification {}: {}\n", id.value, sentence_of(error));
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
  for (const auto& word : line.words) ids.push_back({read_id("notification id", word)});
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
  Operator by_hand(*store, {});
  std::size_t sent = 0;
  for (std::span<const NotificationId> left = ids; !left.empty();) {
    const auto some = left.first(std::min(left.size(), page_size));
    left = left.subspan(some.size());
    // The same command that `POST /notifications/{id}/retry` is. They share commits.
    std::vector<Command> commands;
    for (const auto id : some) commands.emplace_back(RetryNotification{.id = id});
    const auto replies = by_hand.carry_out(std::move(commands));
    for (std::size_t i = 0; i < some.size(); ++i) sent += is_on_its_way(replies[i], some[i]) ? 1 : 0;
  }
  fmt::print("{} of {} sent on their way\n", sent, ids.size());
  return sent == ids.size() ? 0 : 1;
}

}  // namespace pay::app
