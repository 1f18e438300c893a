// Cursors: a position that comes back, and only to the list that gave it.
#include "query/cursor.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pay {
namespace {

constexpr std::uint64_t mark = 0xfedcba9876543210;

TEST(Cursor, comes_back_as_the_position_it_was_made_of) {
  for (const std::int64_t position :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{17}, max_id - 1, max_id}) {
    for (const auto its_mark : {mark, std::uint64_t{0}, ~std::uint64_t{0}}) {
      EXPECT_EQ(read_cursor(write_cursor(position, its_mark), its_mark), position);
    }
  }
}

TEST(Cursor, of_another_list_is_none) {
  EXPECT_EQ(read_cursor(write_cursor(17, mark), mark + 1), std::nullopt);
  EXPECT_EQ(read_cursor(write_cursor(17, mark), 0), std::nullopt);
}

TEST(Cursor, beyond_every_id_is_none) {
  EXPECT_EQ(read_cursor(write_cursor(max_id + 1, mark), mark), std::nullopt);
  EXPECT_EQ(read_cursor(write_cursor(-1, mark), mark), std::nullopt);
}

TEST(Cursor, is_not_any_other_text) {
  const auto good = write_cursor(17, mark);
  const std::string texts[] = {"",
                               "17",
                               good + "0",
                               good.substr(1),
                               " " + good,
                               good.substr(16),
                               std::string(32, 'g'),
                               std::string(32, '-'),
                               std::string(32, '\0'),
                               "+" + good.substr(1),
                               "0x" + good.substr(2)};
  for (const auto& text : texts) EXPECT_EQ(read_cursor(text, mark), std::nullopt) << text;
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto damaged = good;
    damaged[at] = 'x';
    EXPECT_EQ(read_cursor(damaged, mark), std::nullopt) << damaged;
  }
}

TEST(CursorMark, is_another_for_every_filter) {
  const Timestamp day = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31};
  const PaymentFilter filters[] = {
      {},
      {.order_id = OrderId{1}},
      {.order_id = OrderId{2}},
      {.user_id = UserId{1}},
      {.order_id = OrderId{1}, .user_id = UserId{1}},
      {.status = Status::paid},
      {.status = Status::pending},
      {.client = ""},
      {.client = "-"},
      {.client = "shop"},
      {.created_from = day},
      {.created_to = day},
      {.created_from = day, .created_to = day},
  };
  std::set<std::uint64_t> marks;
  for (const auto& filter : filters) {
    EXPECT_EQ(mark_of(filter), mark_of(PaymentFilter(filter)));
    marks.insert(mark_of(filter));
  }
  for (const auto* list : {"events", "refunds", "attempts"}) {
    marks.insert(mark_of(list, {1}));
    marks.insert(mark_of(list, {11}));
  }
  const NotificationFilter notification_filters[] = {
      {},
      {.payment_id = PaymentId{1}},
      {.payment_id = PaymentId{2}},
      {.status = NotificationStatus::dead},
      {.status = NotificationStatus::pending},
      {.payment_id = PaymentId{1}, .status = NotificationStatus::dead},
      {.client = ""},
      {.client = "-"},
  };
  for (const auto& filter : notification_filters) marks.insert(mark_of(filter));
  EXPECT_EQ(marks.size(), std::size(filters) + 6 + std::size(notification_filters));
}

/// A page that was begun before an update of the service goes on after it.
TEST(CursorMark, stays_the_same_in_every_version) {
  EXPECT_EQ(write_cursor(17, mark_of("events", {1})), "0000000000000011c409a1cd0e45dd47");
  EXPECT_EQ(write_cursor(17, mark_of(PaymentFilter{.order_id = OrderId{7}})),
            "00000000000000112d12fe1465e5ffb0");
}

}  // namespace
}  // namespace pay
