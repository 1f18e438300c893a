// Query parameters, ids and times.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"
#include "view/rfc3339.hpp"

namespace pay::view {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(ListRequest, without_parameters_asks_for_the_first_twenty) {
  const auto list = read_list({});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->limit, 20U);
  EXPECT_EQ(list->filter, PaymentFilter{});
  EXPECT_FALSE(list->cursor);
}

TEST(ListRequest, takes_every_filter) {
  const Pairs pairs{{"order_id", "1"},
                    {"user_id", "2"},
                    {"status", "partially_refunded"},
                    {"client", "shop"},
                    {"limit", "100"},
                    {"cursor", "abc"},
                    {"created_from", "2026-01-31T12:00:00Z"},
                    {"unknown", "\xFF"},
                    {"created_to", "2026-01-31"},
                    {"order_id", "42"}};
  const auto list = read_list(pairs);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->filter.order_id, OrderId{42});
  EXPECT_EQ(list->filter.user_id, UserId{2});
  EXPECT_EQ(list->filter.status, Status::partially_refunded);
  EXPECT_EQ(list->filter.client, "shop");
  EXPECT_EQ(list->filter.created_from, noon());
  EXPECT_EQ(list->filter.created_to, noon() - std::chrono::hours(12));
  EXPECT_EQ(list->limit, 100U);
  EXPECT_EQ(list->cursor, "abc");
}

TEST(AttemptListRequest, takes_every_filter) {
  const Pairs pairs{{"outcome", "unknown"}, {"provider", "stripe"}, {"needs_attention", "true"},
                    {"limit", "1"},         {"cursor", "abc"},      {"client", "x"}};
  const auto list = read_attempt_list(pairs);
  ASSERT_TRUE(list);
  EXPECT_EQ(
      list->filter,
      (AttemptFilter{.outcome = AttemptOutcome::unknown, .provider = "stripe", .needs_attention = true}));
  EXPECT_EQ(list->limit, 1U);
  EXPECT_EQ(list->cursor, "abc");
  const Pairs others{{"needs_attention", "false"}};
  EXPECT_EQ(read_attempt_list(others)->filter.needs_attention, false);
  EXPECT_EQ(read_attempt_list({})->filter, AttemptFilter{});
}

TEST(AttemptListRequest, names_every_wrong_parameter) {
  const Pairs pairs{{"outcome", "lost"}, {"provider", ""}, {"needs_attention", "1"}, {"limit", "0"}};
  const auto list = read_attempt_list(pairs);
  ASSERT_FALSE(list);
  EXPECT_EQ(fields_of(list.error()), "outcome provider needs_attention limit");
}

TEST(NotificationListRequest, takes_every_filter) {
  const Pairs pairs{
      {"payment_id", "7"}, {"status", "dead"}, {"limit", "1"}, {"cursor", "abc"}, {"client", "x"}};
  const auto list = read_notification_list(pairs);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->filter,
            (NotificationFilter{.payment_id = PaymentId{7}, .status = NotificationStatus::dead}));
  EXPECT_EQ(list->limit, 1U);
  EXPECT_EQ(list->cursor, "abc");
}

TEST(NotificationListRequest, without_parameters_asks_for_the_first_twenty) {
  const auto list = read_notification_list({});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->filter, NotificationFilter{});
  EXPECT_EQ(list->limit, 20U);
  EXPECT_FALSE(list->cursor);
}

TEST(NotificationListRequest, names_every_wrong_parameter) {
  const Pairs pairs{{"payment_id", "0"}, {"status", "paid"}, {"limit", "101"}, {"cursor", ""}};
  const auto list = read_notification_list(pairs);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(fields_of(list.error()), "payment_id status limit cursor");
}

TEST(ListRequest, names_every_wrong_parameter) {
  struct Case {
    Pairs pairs;
    std::string_view fields;
  };
  for (const auto& [pairs, fields] : {
           Case{{{"limit", "0"}}, "limit"},
           Case{{{"limit", "101"}}, "limit"},
           Case{{{"limit", "-1"}}, "limit"},
           Case{{{"limit", "ten"}}, "limit"},
           Case{{{"limit", "10"}, {"limit", "0"}}, "limit"},
           Case{{{"order_id", "0"}}, "order_id"},
           Case{{{"user_id", "+1"}}, "user_id"},
           Case{{{"status", "PAID"}}, "status"},
           Case{{{"status", "unknown"}}, "status"},
           Case{{{"created_from", "yesterday"}, {"created_to", "2026-02-30"}}, "created_from created_to"},
           Case{{{"order_id", ""},
                 {"user_id", ""},
                 {"status", ""},
                 {"client", ""},
                 {"limit", ""},
                 {"cursor", ""}},
                "order_id user_id status client limit cursor"},
       }) {
    const auto list = read_list(pairs);
    ASSERT_FALSE(list) << fields;
    EXPECT_EQ(list.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(fields_of(list.error()), fields);
  }
}

TEST(PageRequest, takes_a_limit_and_a_cursor) {
  const auto page = read_page(PaymentId{7}, Pairs{{"limit", "5"}, {"cursor", "abc"}, {"status", ""}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->payment, PaymentId{7});
  EXPECT_EQ(page->limit, 5U);
  EXPECT_EQ(page->cursor, "abc");
  EXPECT_EQ(read_page(PaymentId{7}, {})->limit, 20U);
  EXPECT_EQ(fields_of(read_page(PaymentId{7}, Pairs{{"limit", "1000"}, {"cursor", ""}}).error()),
            "limit cursor");
}

TEST(Id, is_a_whole_number_below_two_to_the_53) {
  EXPECT_EQ(read_id("1"), 1);
  EXPECT_EQ(read_id("9007199254740991"), 9007199254740991);
  for (const std::string_view text :
       {"", "0", "-1", "+1", "01", "1.0", "1e2", " 1", "1 ", "x", "1x", "9007199254740992",
        "18446744073709551617", "99999999999999999999999999"}) {
    EXPECT_FALSE(read_id(text)) << text;
  }
}

TEST(Time, is_read_with_any_offset) {
  for (const std::string_view text :
       {"2026-01-31T12:00:00Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00.000Z",
        "2026-01-31T07:00:00-05:00", "2026-01-31T17:30:00+05:30", "2026-01-31T13:00:00 01:00",
        "2026-01-31 12:00:00Z", "2026-01-31T12:00:00.000000999Z"}) {
    EXPECT_EQ(parse_rfc3339(text), noon()) << text;
  }
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00.25Z"), noon() + std::chrono::milliseconds(250));
  EXPECT_EQ(parse_rfc3339("2026-01-31T11:59:60Z"), noon());
  EXPECT_EQ(parse_rfc3339("2026-01-31"), noon() - std::chrono::hours(12));
}

TEST(Time, is_refused_in_any_other_form) {
  for (const std::string_view text :
       {"", "2026", "2026-1-31", "2026-02-29", "2026-13-01", "2026-01-31T", "2026-01-31T12:00",
        "2026-01-31T12:00:00", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z",
        "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+5:00", "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00Zx", "1769860800", "now"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace pay::view
