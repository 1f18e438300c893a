// The life of a payment: every trigger from every status, one line per status.
#include "model/transitions.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pay {
namespace {

constexpr auto triggers =
    std::to_array({Trigger::approved_automatic, Trigger::approved_manual, Trigger::declined, Trigger::begin,
                   Trigger::action_required, Trigger::capture, Trigger::cancel, Trigger::expire,
                   Trigger::refund_part, Trigger::refund_rest, Trigger::refused});

/// Where each trigger leads, in their order; an empty text: nowhere.
struct Row {
  Status from;
  std::array<std::string_view, triggers.size()> to;
};

constexpr auto expected = std::to_array<Row>({
    // clang-format off
    //                           approved   manual        declined   begin         action             capture  cancel      expire      part                  rest        refused
    {Status::pending,            {"paid",   "authorized", "pending", "processing", "",                "",      "canceled", "canceled", "",                   "",         ""}},
    {Status::requires_action,    {"paid",   "authorized", "pending", "processing", "requires_action", "",      "",         "",         "",                   "",         ""}},
    {Status::processing,         {"paid",   "authorized", "pending", "",           "requires_action", "",      "",         "",         "",                   "",         ""}},
    {Status::authorized,         {"",       "",           "",        "",           "",                "paid",  "canceled", "canceled", "",                   "",         "authorized"}},
    {Status::paid,               {"",       "",           "",        "",           "",                "",      "",         "",         "partially_refunded", "refunded", "paid"}},
    {Status::partially_refunded, {"",       "",           "",        "",           "",                "",      "",         "",         "partially_refunded", "refunded", "partially_refunded"}},
    {Status::refunded,           {"",       "",           "",        "",           "",                "",      "",         "",         "",                   "",         ""}},
    {Status::canceled,           {"",       "",           "",        "",           "",                "",      "",         "",         "",                   "",         ""}},
    // clang-format on
});

TEST(Transition, leads_where_the_domain_says_and_nowhere_else) {
  for (const auto& [from, to] : expected) {
    for (std::size_t i = 0; i < triggers.size(); ++i) {
      const auto transition = find_transition(from, triggers[i]);
      EXPECT_EQ(transition ? name(transition->to) : "", to[i]) << name(from) << ", trigger " << i;
    }
  }
}

TEST(Transition, writes_the_event_of_what_happened) {
  for (const auto& row : transitions()) {
    const bool to_refund = row.to == Status::partially_refunded || row.to == Status::refunded;
    const bool is_no = row.trigger == Trigger::declined || row.trigger == Trigger::refused;
    const auto event = is_no ? "declined" : to_refund ? "refunded" : name(row.to);
    EXPECT_EQ(name(row.event), event) << name(row.from) << " to " << name(row.to);
  }
}

TEST(Transition, is_the_only_one_of_its_status_and_trigger) {
  for (const auto& row : transitions()) {
    const auto found = find_transition(row.from, row.trigger);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->to, row.to);
    EXPECT_EQ(found->event, row.event);
  }
}

TEST(Transition, tells_what_a_client_may_ask_for) {
  EXPECT_EQ(possible_from(Status::pending), "process, cancel");
  EXPECT_EQ(possible_from(Status::requires_action), "process, cancel");
  EXPECT_EQ(possible_from(Status::authorized), "capture, cancel");
  EXPECT_EQ(possible_from(Status::paid), "refund");
  EXPECT_EQ(possible_from(Status::partially_refunded), "refund");
  for (const auto status : {Status::refunded, Status::canceled, Status::processing}) {
    EXPECT_EQ(possible_from(status), "") << name(status);
  }
}

}  // namespace
}  // namespace pay
