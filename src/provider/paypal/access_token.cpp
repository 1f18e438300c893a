#include "provider/paypal/access_token.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "provider/paypal/json.hpp"

namespace pay::paypal {
namespace {

std::string base64(std::string_view text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

struct Grant {
  std::string header;
  std::chrono::seconds lifetime{};
};

/// What a header may hold, and no more than one.
bool is_token(std::string_view text) {
  constexpr std::size_t longest = 4'096;
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::expected<Grant, NotExecuted> read_grant(const http::CallOutcome& answer) {
  constexpr int ok = 200;
  constexpr std::int64_t longest_seconds = 86'400;
  const auto none = [&](std::string why) {
    // Whoever gives no token lets nobody in.
    const bool was_asked = contact_of(answer) != Contact::none;
    return std::unexpected(NotExecuted{.why = "no access token: " + std::move(why),
                                       .contact = was_asked ? Contact::silent : Contact::none});
  };
  if (!answer) return none(std::string(name(answer.error())));
  if (answer->status != ok) return none(fmt::format("status {}", answer->status));
  const auto body = read_object(answer->body);
  const auto token = body ? text_of(*body, "access_token") : std::string_view{};
  const auto* const lifetime = body ? body->if_contains("expires_in") : nullptr;
  if (!is_token(token) || lifetime == nullptr || !lifetime->is_int64())
    return none("an answer that holds none");
  return Grant{
      .header = fmt::format("Authorization: Bearer {}", token),
      .lifetime = std::chrono::seconds{std::clamp(lifetime->get_int64(), std::int64_t{0}, longest_seconds)}};
}

}  // namespace

struct AccessToken::Shared {
  const std::string url;
  const std::string basic;
  const std::chrono::milliseconds timeout;
  http::Client& client;
  const Clock& clock;

  std::mutex mutex{};
  std::string header{};  ///< empty: none
  Timestamp good_until{};
  bool is_fetching = false;
  std::vector<Done> waiting{};
};

AccessToken::AccessToken(const Options& options, http::Client& client, const Clock& clock)
    : shared_(new Shared{
          .url = options.base + "/v1/oauth2/token",
          .basic = "Authorization: Basic " + base64(options.client_id + ':' + options.client_secret),
          .timeout = options.timeout,
          .client = client,
          .clock = clock}) {}

void AccessToken::authorize(Done done) {
  std::unique_lock lock(shared_->mutex);
  if (!shared_->header.empty() && shared_->clock.now() < shared_->good_until) {
    auto header = shared_->header;
    lock.unlock();
    return done(std::move(header));
  }
  shared_->waiting.push_back(std::move(done));
  if (std::exchange(shared_->is_fetching, true)) return;
  lock.unlock();
  fetch(shared_);
}

bool AccessToken::renew(std::string_view header) {
  const std::lock_guard lock(shared_->mutex);
  // Whoever was refused first has had it renewed for the others.
  if (shared_->header == header) shared_->header.clear();
  return true;
}

void AccessToken::fetch(const std::shared_ptr<Shared>& shared) {
  std::vector<http::Client::Call> calls;
  calls.push_back({.request = {.method = "POST",
                               .url = shared->url,
                               .content_type = "application/x-www-form-urlencoded",
                               .body = "grant_type=client_credentials",
                               .headers = {shared->basic, "Accept: application/json"},
                               .timeout = shared->timeout},
                   .done = [shared](const http::CallOutcome& answer) { settle(*shared, answer); }});
  shared->client.send(calls);
}

void AccessToken::settle(Shared& shared, const http::CallOutcome& answer) {
  constexpr std::chrono::seconds longest_rest{60};
  const auto grant = read_grant(answer);
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(shared.mutex);
    shared.is_fetching = false;
    waiting.swap(shared.waiting);
    if (grant) {
      // A request under way needs it for a moment longer.
      const auto rest = std::min<std::chrono::seconds>(longest_rest, grant->lifetime / 10);
      shared.header = grant->header;
      shared.good_until = shared.clock.now() + grant->lifetime - rest;
    }
  }
  for (auto& done : waiting) {
    if (grant) {
      done(grant->header);
    } else {
      done(std::unexpected(grant.error()));
    }
  }
}

}  // namespace pay::paypal
