#pragma once

#include <memory>
#include <string>

#include "base/moment.hpp"
#include "provider/exchange.hpp"

namespace pay {

/// Sends what a wire writes and hands it what comes back, until it knows an outcome: at most `most_steps`
/// requests, all within one deadline. The only sender: every adapter for HTTP is one of these.
class HttpProvider final : public Provider {
 public:
  static constexpr int most_steps = 6;

  struct Options {
    std::string name;
    std::string base;                            ///< `https://api.stripe.com`, without a slash at its end
    std::chrono::milliseconds deadline{10'000};  ///< for all requests of one instruction
    std::function<bool(const Charge&)> takes;
    Steady now = std::chrono::steady_clock::now;
  };
  /// `client` outlives every call under way: it is stopped before this goes.
  HttpProvider(Options options, std::unique_ptr<const Wire> wire, std::unique_ptr<Credentials> credentials,
               http::Client& client);
  ~HttpProvider() override;

  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] bool takes(const Charge& charge) const override;
  void carry_out(const Instruction& instruction, Done done) override;
  void look_up(const Instruction& instruction, Done done) override;

 private:
  class Exchange;
  struct Shared;

  const std::shared_ptr<Shared> shared_;
};

}  // namespace pay
