#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "provider/exchange.hpp"

namespace pay::paypal {

/// The token that lets requests in (OAuth 2.0, RFC 6749, section 4.4): fetched when it is first needed, kept
/// until shortly before it expires, and fetched once for all who wait for it. Copies share it. Thread-safe;
/// calls nobody under its lock.
class AccessToken final : public Credentials {
 public:
  struct Options {
    std::string base;  ///< `https://api-m.paypal.com`
    std::string client_id;
    std::string client_secret;
    std::chrono::milliseconds timeout{5'000};
  };
  /// `client` and `clock` outlive every copy that is still used.
  AccessToken(const Options& options, http::Client& client, const Clock& clock);

  void authorize(Done done) override;
  bool renew(std::string_view header) override;

 private:
  struct Shared;
  static void fetch(const std::shared_ptr<Shared>& shared);
  static void settle(Shared& shared, const http::CallOutcome& answer);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace pay::paypal
