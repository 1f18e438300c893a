// The whole service on a real SQLite file, behind a store that breaks the ways databases do, with a clock
// that jumps. Shops pay over real sockets and try again while they are told to. At the end everything that
// was acknowledged is there exactly once, and `verify` finds nothing. The seed is printed; set PAY_TEST_SEED
// to run one again.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <thread>

#include "app/service.hpp"
#include "query/verify.hpp"
#include "simulation/shop.hpp"
#include "support/fake_clock.hpp"
#include "support/faulty_store.hpp"
#include "support/memory_store.hpp"
#include "support/temp_folder.hpp"
#include "unit/query/fake_read_store.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;

constexpr int shop_count = 6;
constexpr int sales_a_shop = 250;
constexpr auto patience = 20s;

std::uint32_t seed_of_this_run() {
  const char* wanted = std::getenv("PAY_TEST_SEED");
  return wanted ? static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10)) : std::random_device{}();
}

/// A service and the thread that runs it.
class Running {
 public:
  Running(Store& store, const Clock& clock)
      : service_({.listen = {.port = 0}, .currency = *Currency::find("CAD")}, store, clock),
        thread_([this] { service_.run(); }) {}
  ~Running() {
    service_.stop();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] unsigned short port() const { return service_.local_endpoint().port(); }

 private:
  app::Service service_;
  std::thread thread_;
};

/// Writes into a memory and reads from a shelf, so that a test can hold up whoever does.
class HeldStore final : public Store {
 public:
  explicit HeldStore(Store& others) : others_(others) {}

  std::unique_ptr<WriteStore> open_writer() override { return std::make_unique<MemoryStore>(memory); }
  std::unique_ptr<ReadStore> open_reader() override { return std::make_unique<FakeReadStore>(shelf); }
  std::unique_ptr<OutboxStore> open_outbox() override { return others_.open_outbox(); }
  std::unique_ptr<AttemptStore> open_attempts() override { return others_.open_attempts(); }
  std::unique_ptr<ClientStore> open_clients() override { return others_.open_clients(); }
  [[nodiscard]] std::string name() const override { return others_.name(); }

  Memory memory;
  Shelf shelf;

 private:
  Store& others_;
};

class Simulation : public testing::Test {
 protected:
  void SetUp() override {
    std::printf("seed %u\n", seed_);
    log::configure(log::Level::off, log::Format::text);
    store_ = sqlite::open({.path = path_});
  }
  void TearDown() override { log::configure(log::Level::info, log::Format::text); }

  void open_shops(unsigned short port) {
    for (int i = 0; i < shop_count; ++i) {
      shops_.push_back(
          std::make_unique<Shop>(port, fmt::format("shop{}", i), seed_ + static_cast<unsigned>(i)));
    }
  }
  /// Every shop does so at the same time, on its own thread.
  template <class Act>
  void all_at_once(Act act) {
    std::vector<std::jthread> threads;
    for (auto& shop : shops_) threads.emplace_back([&act, &shop] { act(*shop); });
  }
  template <class Count>
  std::size_t sum(Count count) const {
    std::size_t all = 0;
    for (const auto& shop : shops_) all += std::invoke(count, *shop);
    return all;
  }
  VerifyCounts expect_all_to_hold() {
    const auto reader = sqlite::open_to_read({.path = path_});
    return verify(*reader, [](const std::string& line) { ADD_FAILURE() << line; });
  }

  const std::uint32_t seed_ = seed_of_this_run();
  testing::ScopedTrace trace_{__FILE__, __LINE__, fmt::format("PAY_TEST_SEED={}", seed_)};
  TempFolder folder_;
  const std::string path_ = folder_.file("payments.db");
  FakeClock clock_;
  Faults faults_{seed_};
  std::unique_ptr<Store> store_;
  std::vector<std::unique_ptr<Shop>> shops_;
};

TEST_F(Simulation, keeps_everything_that_was_acknowledged_exactly_once) {
  FaultyStore faulty(*store_, faults_);
  std::atomic<std::size_t> won = 0;
  std::int64_t contested = 0;
  {
    Running service(faulty, clock_);
    open_shops(service.port());
    contested = shops_.front()->create_paid();
    all_at_once([&](Shop& shop) {
      for (int i = 0; i < sales_a_shop; ++i) {
        shop.sell();
        if (i % 3 == 0) shop.repeat_something();
        if (i % 30 == 0 && shop.race_for_refund(contested)) ++won;
        // Mostly on, sometimes back: clocks are set.
        clock_.advance(i % 10 == 0 ? -700ms : 1s);
      }
    });
    faults_.calm = true;

    for (auto& shop : shops_) {
      for (const auto& [id, known] : shop->ledger()) EXPECT_EQ(shop->look_at(id), known) << "payment " << id;
    }
    const auto raced = shops_.front()->look_at(contested);
    EXPECT_EQ(raced.refunded, static_cast<std::int64_t>(won) * 700);
    EXPECT_EQ(won, 14U) << "100.00 is 14 times 7.00, and many more asked";
  }
  const auto counts = expect_all_to_hold();
  EXPECT_EQ(counts.payments, static_cast<std::size_t>(shop_count * sales_a_shop) + 1);
  EXPECT_EQ(counts.refunds, sum(&Shop::refunds));
  EXPECT_EQ(counts.keys, sum(&Shop::keys));
  EXPECT_GT(faults_.injected, 20U);
  EXPECT_GT(sum(&Shop::retries), 0U);
  std::printf("%zu payments, %zu events, %zu faults, %zu answers of 503\n", counts.payments, counts.events,
              faults_.injected, sum(&Shop::retries));
}

TEST_F(Simulation, numbers_payments_without_a_gap_whatever_went_wrong) {
  FaultyStore faulty(*store_, faults_);
  {
    Running service(faulty, clock_);
    open_shops(service.port());
    all_at_once([](Shop& shop) {
      for (int i = 0; i < 20; ++i) shop.sell();
    });
  }
  const auto payments = store_->open_reader()->scan_payments({0}, 1000);
  ASSERT_EQ(payments.size(), static_cast<std::size_t>(shop_count) * 20);
  EXPECT_EQ(payments.back().id.value, std::ssize(payments));
}

TEST_F(Simulation, cancels_after_a_week_what_was_authorized_and_never_captured) {
  std::map<std::int64_t, Known> before;
  {
    Running service(*store_, clock_);
    open_shops(service.port());
    for (int i = 0; i < 40; ++i) shops_.front()->sell();
    before = shops_.front()->ledger();
    shops_.clear();
  }
  clock_.advance(7 * 24h + 1s);
  {
    Running service(*store_, clock_);
    Shop shop(service.port(), "later", seed_);
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (auto& [id, known] : before) {
      if (known.status == "authorized") {
        known.status = "canceled";
        ++known.version;
      }
      // The service sees to it by itself soon after its start.
      while (shop.look_at(id) != known && std::chrono::steady_clock::now() < give_up)
        std::this_thread::yield();
      EXPECT_EQ(shop.look_at(id), known) << "payment " << id;
    }
    const auto reader = store_->open_reader();
    const auto has_keys = [&] { return !reader->scan_keys({}, 1).empty(); };
    while (has_keys() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    EXPECT_FALSE(has_keys()) << "keys of a week ago are gone";
  }
  expect_all_to_hold();
}

/// A use of what is gone is for the address sanitizer to see.
TEST_F(Simulation, ends_while_its_housekeeper_waits_for_a_slow_database) {
  HeldStore held(*store_);
  std::promise<void> asked;
  std::promise<void> executor_closed;
  std::atomic<int> calls = 0;
  held.shelf.on_call = [&] {
    if (calls++ > 0) return;
    asked.set_value();
    executor_closed.get_future().wait();
    // What is taken down after the executor is gone then, if it may go at all.
    std::this_thread::sleep_for(50ms);
  };
  held.memory.on_close = [&] { executor_closed.set_value(); };
  app::Configuration configuration{.listen = {.port = 0}, .currency = *Currency::find("CAD")};
  const app::Values two_steps{{"simulator-two-step", "true"}};
  configuration.providers = app::configure_providers(
      app::Sources({}, [](std::string_view) { return std::nullopt; }, two_steps), {});
  auto service = std::make_unique<app::Service>(configuration, held, clock_);
  asked.get_future().wait();
  service.reset();
  EXPECT_GT(calls, 1) << "the turn was ended";
}

}  // namespace
}  // namespace pay::test
