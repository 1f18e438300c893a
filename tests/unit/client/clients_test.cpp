// Who may do what with which key: as a table, and while operators change it. The clients are read every
// millisecond from a register in memory.
#include "client/clients.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "client/line_budget.hpp"
#include "client/wrong_keys.hpp"
#include "support/fake_clock.hpp"
#include "unit/client/fake_client_store.hpp"

namespace pay {

inline bool operator==(const Caller& a, const Caller& b) {
  return a.name == b.name && a.scope == b.scope;
}
inline void PrintTo(const Caller& caller, std::ostream* out) {
  *out << '"' << caller.name << "\" sees " << (caller.scope ? '"' + *caller.scope + '"' : "all");
}

}  // namespace pay

namespace pay::test {
namespace {

using namespace std::chrono_literals;

Client client(std::string name, std::initializer_list<std::string_view> keys, std::string notify_url = {}) {
  Client client{
      .name = std::move(name), .notify_url = std::move(notify_url), .created_at = start_of_tests, .keys = {}};
  for (const auto key : keys) client.keys.push_back({.id = {}, .hash = hash_of(key)});
  return client;
}

class ClientsTest : public testing::Test {
 protected:
  Clients& start(Clients::Options options = {}) {
    options.read_interval = 1ms;
    clients_ = std::make_unique<Clients>(std::make_unique<FakeClientStore>(register_), clock_, options);
    return *clients_;
  }
  Result<Caller> ask(std::optional<std::string_view> key, std::string_view address = "10.0.0.1") {
    return clients_->authenticate(key, address);
  }
  ErrorCode refusal(std::optional<std::string_view> key, std::string_view address = "10.0.0.1") {
    const auto caller = ask(key, address);
    EXPECT_FALSE(caller);
    return caller ? ErrorCode{} : caller.error().code;
  }

  Register register_;
  FakeClock clock_;
  std::unique_ptr<Clients> clients_;
};

TEST_F(ClientsTest, may_pay_with_what_they_are_allowed_or_else_with_what_the_service_takes) {
  const auto cards = Methods::parse("card").value();
  const auto paypal = Methods::parse("paypal").value();
  start({.anonymous = "web", .methods = cards});
  EXPECT_EQ(ask({})->methods, cards) << "while there are no clients";

  auto choosy = client("choosy", {"key of choosy"});
  choosy.methods = paypal;
  auto open = client("open", {"key of open"});
  open.methods = Methods::all();
  register_.have({client("plain", {"key of plain"}), choosy, open});
  register_.wait_until_read();
  EXPECT_EQ(ask("key of plain")->methods, cards);
  EXPECT_EQ(ask("key of choosy")->methods, paypal);
  EXPECT_EQ(ask("key of open")->methods, Methods::all()) << "more than the service takes of others";
  EXPECT_EQ(ask({})->methods, cards);

  auto web = client("web", {});
  web.methods = paypal;
  register_.have({choosy, web});
  register_.wait_until_read();
  EXPECT_EQ(ask({})->methods, paypal) << "without a key, what the client of that name may";
}

TEST_F(ClientsTest, are_let_in_by_what_there_is_of_clients_keys_and_options) {
  using Key = std::optional<std::string_view>;
  const Key none;
  const Caller nobody{.name = ""};
  const Caller keyless{.name = "web", .scope = "web"};
  const Caller keyless_alone{.name = "web"};
  const Caller shop{.name = "shop", .scope = "shop"};
  const std::optional<Caller> refused;
  struct Row {
    const char* what;
    bool has_clients;
    bool may_be_open;
    std::optional<std::string> anonymous;
    Key key;
    std::optional<Caller> caller;
  };
  const std::vector<Row> rows{
      {"open", false, true, {}, none, nobody},
      {"open: a key is ignored", false, true, {}, "any", nobody},
      {"open: everybody has the name, and sees all", false, true, "web", none, keyless_alone},
      {"open: a key is ignored there too", false, true, "web", "any", keyless_alone},
      {"nobody yet, and not to be open", false, false, {}, none, refused},
      {"nobody yet: any key is wrong", false, false, {}, "any", refused},
      {"nobody yet: no name either", false, false, "web", none, refused},
      {"clients: a key is needed", true, true, {}, none, refused},
      {"clients: whether it may be open or not", true, false, {}, none, refused},
      {"clients: a key", true, true, {}, "right", shop},
      {"clients: their other key", true, false, {}, "second", shop},
      {"clients: a wrong key", true, true, {}, "wrong", refused},
      {"clients: an empty key", true, true, {}, "", refused},
      {"anonymous: no key", true, true, "web", none, keyless},
      {"anonymous: no key, not to be open", true, false, "web", none, keyless},
      {"anonymous: a key", true, true, "web", "right", shop},
      {"anonymous: a wrong key is still wrong", true, true, "web", "wrong", refused},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    register_.have(row.has_clients ? std::vector{client("shop", {"right", "second"})}
                                   : std::vector<Client>{});
    start({.may_be_open = row.may_be_open, .anonymous = row.anonymous});
    const auto caller = ask(row.key);
    if (row.caller) {
      ASSERT_TRUE(caller);
      EXPECT_EQ(*caller, *row.caller);
    } else {
      ASSERT_FALSE(caller);
      EXPECT_EQ(caller.error().code, ErrorCode::unauthorized);
    }
  }
}

TEST_F(ClientsTest, are_known_while_the_service_runs_the_first_one_too) {
  start();
  EXPECT_TRUE(ask(std::nullopt));
  EXPECT_TRUE(clients_->empty());
  register_.have({client("shop", {"a"})});
  register_.wait_until_read();
  EXPECT_EQ(refusal(std::nullopt), ErrorCode::unauthorized);
  EXPECT_EQ(ask("a")->name, "shop");
  register_.have({client("shop", {"a", "b"})});
  register_.wait_until_read();
  EXPECT_EQ(ask("b")->name, "shop");
  register_.have({client("shop", {"b"})});
  register_.wait_until_read();
  EXPECT_EQ(refusal("a"), ErrorCode::unauthorized);
  register_.have({});
  register_.wait_until_read();
  EXPECT_TRUE(ask(std::nullopt));
}

TEST_F(ClientsTest, stay_as_they_were_while_the_database_is_away) {
  register_.have({client("shop", {"a"})});
  start();
  register_.go_away();
  register_.wait_until_read();
  EXPECT_EQ(ask("a")->name, "shop");
  EXPECT_EQ(refusal(std::nullopt), ErrorCode::unauthorized);
  register_.have({client("other", {"a"})});
  register_.wait_until_read();
  EXPECT_EQ(ask("a")->name, "other");
}

TEST_F(ClientsTest, are_not_there_at_all_when_they_cannot_be_read_at_the_start) {
  register_.go_away();
  EXPECT_THROW(start(), StoreUnavailable);
}

TEST_F(ClientsTest, are_found_by_name) {
  register_.have({client("b", {"1"}, "http://b"), client("B", {"2"}), client("a", {})});
  start();
  EXPECT_EQ(clients_->find("b")->notify_url, "http://b");
  EXPECT_EQ(clients_->find("B")->notify_url, "");
  EXPECT_EQ(clients_->find("c"), std::nullopt);
  EXPECT_EQ(clients_->find(""), std::nullopt);
  EXPECT_EQ(clients_->all().size(), 3U);
  EXPECT_FALSE(clients_->empty());
}

TEST_F(ClientsTest, with_wrong_keys_are_told_to_wait_after_ten_until_the_minute_is_over) {
  register_.have({client("shop", {"right"})});
  start();
  for (int i = 0; i < WrongKeys::allowed; ++i) EXPECT_EQ(refusal("wrong"), ErrorCode::unauthorized) << i;
  EXPECT_EQ(refusal("wrong"), ErrorCode::rate_limited);
  EXPECT_EQ(refusal("another"), ErrorCode::rate_limited);
  EXPECT_EQ(refusal("wrong", "10.0.0.2"), ErrorCode::unauthorized) << "another address";
  EXPECT_TRUE(ask("right")) << "a gateway's address is shared";
  EXPECT_EQ(refusal(std::nullopt), ErrorCode::unauthorized) << "no key is no wrong key";
  clock_.advance(60s);
  EXPECT_EQ(refusal("wrong"), ErrorCode::unauthorized);
}

TEST_F(ClientsTest, without_a_key_are_never_told_to_wait) {
  register_.have({client("shop", {"right"})});
  start();
  for (int i = 0; i < 3 * WrongKeys::allowed; ++i) EXPECT_EQ(refusal(std::nullopt), ErrorCode::unauthorized);
  EXPECT_EQ(refusal("wrong"), ErrorCode::unauthorized);
}

TEST_F(ClientsTest, leave_a_line_in_the_log_for_a_wrong_key_up_to_the_limit_and_never_the_key) {
  register_.have({client("shop", {"right"})});
  start();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3 * WrongKeys::allowed; ++i) ask("pay_wrong-and-secret");
  const auto logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), WrongKeys::allowed + 1);
  EXPECT_EQ(logged.find("secret"), std::string::npos);
  EXPECT_NE(logged.find("10.0.0.1"), std::string::npos);
}

TEST_F(ClientsTest, leave_a_line_a_minute_in_the_log_for_each_address_that_sends_no_key) {
  register_.have({client("shop", {"right"})});
  start();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) ask(std::nullopt);
  ask(std::nullopt, "10.0.0.2");
  clock_.advance(60s);
  ask(std::nullopt);
  const auto logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), 3) << logged;
}

TEST_F(ClientsTest, leave_a_bounded_number_of_lines_in_the_log_whatever_comes_from_however_many_addresses) {
  register_.have({client("shop", {"right"})});
  start();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 200; ++i) {
    ask("wrong", "10.0.1." + std::to_string(i));
    ask(std::nullopt, "10.0.2." + std::to_string(i));
  }
  const auto logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), LineBudget::allowed + 1);
}

TEST_F(ClientsTest, leave_a_line_in_the_log_when_the_first_comes_and_when_the_last_goes) {
  const auto logged = [&](std::vector<Client> clients) {
    testing::internal::CaptureStderr();
    register_.have(std::move(clients));
    register_.wait_until_read();
    return testing::internal::GetCapturedStderr();
  };
  start();
  EXPECT_NE(logged({client("shop", {"a"})}).find("requests need an API key"), std::string::npos);
  EXPECT_EQ(logged({client("shop", {"a"}), client("other", {"b"})}), "");
  EXPECT_NE(logged({}).find("whoever reaches this service may use it"), std::string::npos);
  start({.may_be_open = false});
  logged({client("shop", {"a"})});
  EXPECT_NE(logged({}).find("nobody may use this service"), std::string::npos);
}

TEST_F(ClientsTest, leave_one_line_in_the_log_when_they_cannot_be_read) {
  start();
  testing::internal::CaptureStderr();
  register_.go_away();
  for (int i = 0; i < 3; ++i) register_.wait_until_read();
  clients_.reset();
  const auto logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), 1) << logged;
}

TEST_F(ClientsTest, are_asked_by_many_threads_while_they_change) {
  register_.have({client("shop", {"right"})});
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, address = std::to_string(t)] {
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(ask("right", address)->name, "shop");
        EXPECT_FALSE(i < 20 && ask("wrong", address));
        EXPECT_TRUE(clients_->find("shop"));
      }
    });
  }
  for (int i = 0; i < 20; ++i) register_.have({client("shop", {"right", std::to_string(i)})});
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace pay::test
