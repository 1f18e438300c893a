// The writing half of the store port: what is saved comes back as it was, ids are dense, keys protect.
#include <gmock/gmock.h>

#include <string>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Payment full_payment(PaymentId id) {
  auto payment = new_payment(id, {max_id});
  payment.user_id = {max_id - 1};
  payment.amount_minor = 999'999'999'999;
  payment.currency = *Currency::find("BHD");
  payment.capture_method = CaptureMethod::manual;
  payment.description = "Café, 日本, \U0001F600, it's \"quoted\", a \\ and a ; and %s\r\n";
  payment.client = "shöp 'one'";
  payment.metadata = {{"color", "red"}, {"", ""}, {"k:3,", "5:x,"}, {"clé", "väl\\ue'"}};
  payment.expires_at = at(5'000'000);
  return payment;
}

TEST_P(StoreContract, every_column_of_a_payment_comes_back_as_it_was_saved) {
  writer_->load({.new_payments = 1});
  const auto payment = full_payment(writer_->next_payment_id());
  writer_->save(birth_of(payment));
  const auto loaded = writer_->load({.payments = {payment.id}});
  EXPECT_THAT(loaded.payments, ElementsAre(payment));
  const auto after = paid(loaded.payments.at(0));
  writer_->save(change_to(after, EventType::paid));
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(after));
  restart();
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(after));
}

TEST_P(StoreContract, an_update_takes_back_what_is_gone) {
  const auto refused = change(*writer_, declined(create(*writer_)), EventType::declined);
  EXPECT_THAT(reader_->find_payments(std::vector{refused.id}), ElementsAre(refused));
  auto after = change(*writer_, paid(refused), EventType::paid);
  EXPECT_FALSE(after.last_error);
  EXPECT_THAT(reader_->find_payments(std::vector{refused.id}), ElementsAre(after));
}

TEST_P(StoreContract, one_batch_may_create_and_change_one_payment) {
  writer_->load({.new_payments = 1});
  const auto first = new_payment(writer_->next_payment_id());
  const auto second = paid(first);
  auto changes = birth_of(first);
  changes.created = {second};
  changes.events.push_back({.type = EventType::paid, .after = second});
  writer_->save(changes);
  EXPECT_THAT(reader_->find_payments(std::vector{first.id}), ElementsAre(second));
  const auto events = reader_->list_events(first.id, 0, 10);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->rows.size(), 2U);
}

TEST_P(StoreContract, one_batch_changes_many_payments_each_in_its_way) {
  const auto born = create_many(*writer_, 3, [](Payment&) {});
  Wanted wanted;
  for (const auto& payment : born) wanted.payments.push_back(payment.id);
  writer_->load(wanted);
  Changes changes;
  changes.updated = {paid(born[2]), canceled(born[0])};
  changes.events = {{.type = EventType::paid, .after = changes.updated[0]},
                    {.type = EventType::canceled, .after = changes.updated[1]}};
  writer_->save(changes);
  EXPECT_THAT(reader_->find_payments(wanted.payments),
              UnorderedElementsAre(canceled(born[0]), born[1], paid(born[2])));
}

TEST_P(StoreContract, a_batch_of_many_megabytes_is_one_commit) {
  std::string value;
  for (int i = 0; i < 500; ++i) value += "é";
  const auto born = create_many(*writer_, 150, [&](Payment& payment) {
    for (int i = 0; i < 50; ++i) payment.metadata.emplace_back("key " + std::to_string(i), value);
  });
  ASSERT_EQ(born.size(), 150U);
  EXPECT_EQ(reader_->find_payments(std::vector{born.front().id, born.back().id}).size(), 2U);
  EXPECT_EQ(reader_->find_payments(std::vector{born.back().id}).at(0).metadata, born.back().metadata);
}

TEST_P(StoreContract, what_is_not_saved_leaves_nothing) {
  const auto payment = create(*writer_);
  writer_->load({.payments = {payment.id}});
  writer_->roll_back();
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));
  EXPECT_THAT(writer_->load({.payments = {{payment.id.value + 1}}}).payments, IsEmpty());
  writer_->roll_back();
}

// ---- ids ----

TEST_P(StoreContract, ids_are_dense_from_one_and_each_kind_has_its_own) {
  for (std::int64_t expected = 1; expected <= 3; ++expected) EXPECT_EQ(create(*writer_).id.value, expected);
  writer_->load({.new_refunds = 2, .new_attempts = 1});
  EXPECT_EQ(writer_->next_refund_id().value, 1);
  EXPECT_EQ(writer_->next_refund_id().value, 2);
  EXPECT_EQ(writer_->next_attempt_id().value, 1);
  writer_->roll_back();
}

TEST_P(StoreContract, ids_come_back_when_a_batch_is_rolled_back) {
  create(*writer_);
  writer_->load({.new_payments = 3});
  for (int i = 0; i < 3; ++i) static_cast<void>(writer_->next_payment_id());
  writer_->roll_back();
  EXPECT_EQ(create(*writer_).id.value, 2);
}

TEST_P(StoreContract, a_refused_batch_changes_nothing_and_gives_its_ids_back) {
  const auto first = create(*writer_);
  writer_->load({.new_payments = 1});
  auto changes = birth_of(new_payment(writer_->next_payment_id()));
  changes.created.push_back(first);  // its row is there already
  EXPECT_THROW(writer_->save(changes), StoreRejected);
  EXPECT_THAT(reader_->find_payments(std::vector{PaymentId{2}}), IsEmpty());
  EXPECT_EQ(create(*writer_).id.value, 2);
}

TEST_P(StoreContract, ids_go_on_after_a_restart_without_a_gap) {
  create_many(*writer_, 5, [](Payment&) {});
  restart();
  EXPECT_EQ(create(*writer_).id.value, 6);
  restart();
  restart();
  EXPECT_EQ(create(*writer_).id.value, 7);
}

TEST_P(StoreContract, more_ids_than_a_block_holds_may_be_drawn_at_once) {
  const auto born = create_many(*writer_, 2500, [](Payment&) {});
  EXPECT_EQ(born.front().id.value, 1);
  EXPECT_EQ(born.back().id.value, 2500);
  EXPECT_EQ(create(*writer_).id.value, 2501);
}

// ---- orders ----

TEST_P(StoreContract, an_order_is_loaded_with_the_payments_wanted_by_id) {
  const auto first = create(*writer_, {5});
  const auto other = create(*writer_, {6});
  const auto second = create(*writer_, {5});
  const auto loaded = writer_->load({.payments = {second.id, {99}}, .orders = {{.id = {5}}, {.id = {77}}}});
  writer_->roll_back();
  EXPECT_THAT(loaded.payments, UnorderedElementsAre(first, second));
  const auto both = writer_->load({.payments = {first.id}, .orders = {{.id = {6}}}});
  writer_->roll_back();
  EXPECT_THAT(both.payments, UnorderedElementsAre(first, other));
}

TEST_P(StoreContract, of_a_large_order_what_is_not_undone_comes_first) {
  create_many(*writer_, 3, [](Payment& payment) { payment.order_id = {5}; });
  create_many(*writer_, max_payments_per_order, [](Payment& payment) {
    payment.order_id = {5};
    payment.status = Status::canceled;
  });
  const auto loaded = writer_->load({.orders = {{.id = {5}}}});
  writer_->roll_back();
  ASSERT_EQ(loaded.payments.size(), max_payments_per_order);
  auto ids = ids_of(loaded.payments);
  std::ranges::sort(ids);
  EXPECT_EQ(ids[0], 1);
  EXPECT_EQ(ids[2], 3);
  EXPECT_EQ(ids[3], 7) << "of those undone the newest";
}

TEST_P(StoreContract, an_order_of_one_client_holds_only_its_payments) {
  const auto of = [&](const char* client) {
    return create(*writer_, [&](Payment& payment) {
      payment.order_id = {5};
      payment.client = client;
    });
  };
  const auto one = of("one");
  const auto two = of("two");
  const auto nobodys = of("");
  const auto load = [&](std::vector<WantedOrder> orders) {
    auto loaded = writer_->load({.payments = {one.id}, .orders = std::move(orders)});
    writer_->roll_back();
    return loaded.payments;
  };
  EXPECT_THAT(load({{.id = {5}, .client = "two"}}), UnorderedElementsAre(one, two));
  EXPECT_THAT(load({{.id = {5}, .client = ""}}), UnorderedElementsAre(one, nobodys));
  EXPECT_THAT(load({{.id = {5}, .client = "t"}}), UnorderedElementsAre(one));
  EXPECT_THAT(load({{.id = {5}, .client = {}}, {.id = {5}, .client = "two"}}),
              UnorderedElementsAre(one, two, nobodys))
      << "each of them once";
}

// ---- keys ----

TEST_P(StoreContract, a_key_comes_with_its_payment_as_it_was_then) {
  writer_->load({.new_payments = 1});
  const auto payment = full_payment(writer_->next_payment_id());
  auto changes = birth_of(payment);
  const auto record = key_about(payment, "k-1");
  changes.keys.push_back(record);
  writer_->save(changes);
  change(*writer_, paid(payment), EventType::paid);

  const auto loaded = writer_->load({.keys = {record.key}});
  writer_->roll_back();
  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_EQ(loaded.keys[0].record, record);
  EXPECT_EQ(loaded.keys[0].payment, payment);
}

TEST_P(StoreContract, a_key_about_an_order_has_no_payment) {
  writer_->load({});
  Changes changes;
  changes.keys.push_back(
      {.key = {.client = "shop", .key = "undo"}, .outcome = "ok", .order = {5}, .created_at = at(1)});
  writer_->save(changes);
  const auto loaded = writer_->load({.keys = {changes.keys[0].key}});
  writer_->roll_back();
  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_EQ(loaded.keys[0].record, changes.keys[0]);
  EXPECT_FALSE(loaded.keys[0].payment);
}

TEST_P(StoreContract, keys_are_compared_byte_by_byte) {
  const auto payment = create(*writer_);
  Changes changes;
  for (const char* key : {"a", "A", "a~", "it's\\", "á"}) changes.keys.push_back(key_about(payment, key));
  for (const char* client : {"a", "A", "a "}) changes.keys.push_back(key_about(payment, "a", client));
  writer_->load({});
  writer_->save(changes);
  for (const auto& record : changes.keys) {
    const auto loaded = writer_->load({.keys = {record.key}});
    writer_->roll_back();
    ASSERT_EQ(loaded.keys.size(), 1U) << record.key.client << "/" << record.key.key;
    EXPECT_EQ(loaded.keys[0].record, record);
  }
  const auto loaded = writer_->load({.keys = {{.client = "", .key = "a "}, {.client = "b", .key = "a"}}});
  writer_->roll_back();
  EXPECT_THAT(loaded.keys, IsEmpty());
}

TEST_P(StoreContract, many_keys_of_many_clients_are_loaded_together) {
  const auto payment = create(*writer_);
  Changes changes;
  Wanted wanted;
  for (const char* client : {"", "one", "two"}) {
    for (int i = 100; i < 400; ++i) {
      changes.keys.push_back(key_about(payment, "key " + std::to_string(i), client));
      wanted.keys.push_back(changes.keys.back().key);
    }
  }
  writer_->load(wanted);
  writer_->save(changes);
  wanted.payments = {payment.id};
  const auto loaded = writer_->load(wanted);
  writer_->roll_back();
  EXPECT_EQ(loaded.keys.size(), 900U);
  EXPECT_EQ(loaded.payments.size(), 1U);
}

TEST_P(StoreContract, old_keys_go_the_oldest_first_and_so_many_at_once) {
  const auto payment = create(*writer_);
  Changes changes;
  for (int i = 0; i < 5; ++i) {
    changes.keys.push_back(key_about(payment, "k" + std::to_string(i)));
    changes.keys.back().created_at = at(i);
  }
  writer_->load({});
  writer_->save(changes);
  EXPECT_EQ(writer_->delete_keys_before(at(4), 3), 3U);
  EXPECT_EQ(writer_->delete_keys_before(at(4), 3), 1U);
  EXPECT_EQ(writer_->delete_keys_before(at(4), 3), 0U);
  const auto left = reader_->scan_keys({}, 10);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].key.key, "k4");
}

TEST_P(StoreContract, keeping_house_changes_nothing_that_is_alive) {
  create(*writer_);
  writer_->keep_house();
  EXPECT_EQ(create(*writer_).id.value, 2);
}

}  // namespace
}  // namespace pay::test
