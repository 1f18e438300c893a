#include <mutex>
#include <set>

#include "contract/provider/subjects.hpp"
#include "provider/simulator/simulated_provider.hpp"
#include "support/fake_clock.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;

/// In this process: there is no line to be cut, and whoever pays answers when their time has come.
class SimulatorSubject final : public Subject {
 public:
  Provider& provider() override { return broken_ ? *broken_ : good_; }
  Provider& unreachable() override { return unreachable_; }

  void break_down(const Fault& fault, std::optional<AttemptKind> /*verb*/) override {
    const bool after = fault.kind == "hang_after";
    broken_.emplace(options({.timeout_before = after ? 0.0 : 1.0, .timeout_after = after ? 1.0 : 0.0}),
                    clock_);
  }
  void recover() override { broken_.reset(); }
  void payer_says(std::string_view /*about*/, bool /*agrees*/) override { clock_.advance(2 * approval); }

  int effects(const Attempt& attempt) override {
    const std::lock_guard lock(mutex_);
    return done_.contains(provider_key(attempt)) ? 1 : 0;
  }
  std::optional<Moved> moved() override { return std::nullopt; }

 private:
  static constexpr auto approval = 2s;

  SimulatedProvider::Options options(const SimulatedFailures& failures) {
    return {.deadline = 1ms,
            .approval = approval,
            .failures = failures,
            .on_effect = [this](std::string_view key) {
              const std::lock_guard lock(mutex_);
              done_.emplace(key);
            }};
  }

  FakeClock clock_{SystemClock{}.now()};
  std::mutex mutex_;
  std::set<std::string, std::less<>> done_;
  SimulatedProvider good_{options({}), clock_};
  SimulatedProvider unreachable_{options({.refuse = 1}), clock_};
  std::optional<SimulatedProvider> broken_;
};

std::optional<KeptSource> source(Payer payer) {
  const auto card = [](std::string token) {
    return KeptSource{.kind = KeptSource::Kind::card_token, .token = std::move(token)};
  };
  switch (payer) {
    case Payer::agrees:
      return card("pm_card_visa");
    case Payer::lacks_funds:
      return card("pm_card_chargeDeclinedInsufficientFunds");
    case Payer::is_asked:
      return card("pm_card_threeDSecure2Required");
    case Payer::refuses:
      return card("pm_card_threeDSecureRequiredChargeDeclined");
    case Payer::takes_time:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Profile simulator_profile() {
  return {.name = "simulator",
          .make = [] { return std::make_unique<SimulatorSubject>(); },
          .source = source,
          .faults = {"hang_before", "hang_after"}};
}

}  // namespace pay::test
