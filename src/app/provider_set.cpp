#include "app/provider_set.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/url.hpp"
#include "base/log.hpp"
#include "http/curl_client.hpp"

namespace pay::app {
namespace {

/// Providers answer with a few KiB; what is longer is cut off, and nobody knows what it meant.
constexpr std::size_t answer_limit = std::size_t{1} << 20;

/// For providers that are built to see whether they can be: calls nobody.
class NoClient final : public http::Client {
 public:
  void send(std::vector<Call>& calls) override {
    for (auto& call : calls) call.done(std::unexpected(http::CallFailure::aborted));
    calls.clear();
  }
  void stop() override {}
};

BuiltProvider build(const ProviderSetup& setup, http::Client& client, const Clock& clock) {
  if (const auto* secret = setup.missing()) {
    throw ConfigurationError(fmt::format(
        "the provider {} lacks a secret: put it into the environment variable {}, or as {} into the file of "
        "--config",
        setup.entry->name, secret->environment, secret->name));
  }
  try {
    return setup.entry->build({.setting = [&](std::string_view name) { return setup.setting(name); },
                               .client = client,
                               .clock = clock,
                               .deadline = setup.guard.deadline});
  } catch (const std::invalid_argument& e) {
    throw ConfigurationError(e.what());
  }
}

bool has_outside_effects(const ProviderConfiguration& configuration, const ProviderSetup& setup) {
  return setup.entry->name != simulator_name || !configuration.simulates_at_once();
}

/// What it takes is no money, and the real one may never be asked.
bool mixes(const std::vector<std::string>& list) {
  return list.size() > 1 && std::ranges::find(list, simulator_name) != list.end();
}

std::string at_once_name(const ProviderConfiguration& configuration) {
  const bool is_there = configuration.simulates_at_once() && configuration.is_chosen(simulator_name);
  return is_there ? std::string(simulator_name) : std::string();
}

}  // namespace

void check_providers(const ProviderConfiguration& configuration) {
  NoClient client;
  const SystemClock clock;
  for (const auto& setup : configuration.setups) {
    // Of the simulator, what is set for two steps is checked without them too.
    if (configuration.is_built(setup)) build(setup, client, clock);
  }
}

std::vector<std::string> doubts_about(const ProviderConfiguration& configuration) {
  std::vector<std::string> doubts;
  if (mixes(configuration.rules.otherwise) ||
      std::ranges::any_of(configuration.rules.rules, mixes, &Rule::providers)) {
    doubts.emplace_back("the simulator stands beside a real provider in a list: what it takes is no money");
  }
  for (const auto& setup : configuration.setups) {
    if (!configuration.is_chosen(setup.entry->name)) continue;
    for (const auto& setting : setup.entry->settings) {
      const bool is_base = setting.kind == ProviderSetting::Kind::url;
      if (!is_base || !is_plain_beyond_loopback(setup.setting(setting.name))) continue;
      doubts.push_back(fmt::format("--{} is plain http: secrets of {} can be read on their way", setting.name,
                                   setup.entry->name));
    }
  }
  return doubts;
}

bool has_real_provider(const ProviderConfiguration& configuration) {
  return std::ranges::any_of(configuration.chosen(),
                             [](const std::string& name) { return name != simulator_name; });
}

ProviderSet::ProviderSet(const ProviderConfiguration& configuration, Parts parts)
    : providers_(configuration.rules, at_once_name(configuration)) {
  std::vector<const ProviderSetup*> wanted;
  for (const auto& setup : configuration.setups) {
    if (configuration.is_built(setup) && has_outside_effects(configuration, setup)) wanted.push_back(&setup);
  }
  if (wanted.empty()) return;
  client_ = std::make_unique<http::CurlClient>(
      http::CurlClient::Options{.answer_limit = answer_limit,
                                .connection_limit = std::max(configuration.calls_at_once(), std::size_t{1})});
  for (const auto* setup : wanted) add(*setup, parts);
}

ProviderSet::~ProviderSet() {
  stop();
}

void ProviderSet::add(const ProviderSetup& setup, Parts parts) {
  auto built = build(setup, *client_, parts.clock);
  longest_call_ = std::max(longest_call_, setup.guard.deadline * 3 / 2);
  providers_.add(std::make_unique<Guard>(std::move(built.provider), setup.guard, parts.observer));
  if (built.webhook) webhooks_.emplace(setup.entry->name, std::move(built.webhook));
}

WebhookDoor* ProviderSet::webhook(std::string_view provider) const {
  const auto found = webhooks_.find(provider);
  return found == webhooks_.end() ? nullptr : found->second.get();
}

void ProviderSet::stop() {
  providers_.stop();
  if (client_) client_->stop();
}

}  // namespace pay::app
