#include "app/provider_configuration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/url.hpp"
#include "base/sort_unique.hpp"

namespace pay::app {
namespace {

std::string known_providers() {
  std::vector<std::string_view> names;
  for (const auto& entry : provider_registry()) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// `where` says it, as an error has it: `--provider`.
std::vector<std::string> checked_providers(std::string_view where, std::vector<std::string> names) {
  const auto wrong = [&](std::string_view what) {
    throw ConfigurationError(
        fmt::format("{} {}; write one or more of {}, each once", where, what, known_providers()));
  };
  if (names.empty()) wrong("names no provider");
  for (const auto& name : names) {
    if (!find_provider(name)) wrong(fmt::format("cannot be '{}': there is no such provider", name));
    if (std::ranges::count(names, name) > 1) wrong(fmt::format("names '{}' twice", name));
  }
  return names;
}

/// One `[[route]]` on its way to a rule.
class RouteReader {
 public:
  RouteReader(std::size_t number, const RouteTable& table)
      : where_(fmt::format("[[route]] {}", number)), table_(table) {}

  [[nodiscard]] Rule read() const {
    return {.methods = methods(),
            .currencies = currencies(),
            .clients = words("client"),
            .amount_from = amount("amount-from"),
            .amount_below = amount("amount-below"),
            .providers = checked_providers(where_ + ": providers", words("providers"))};
  }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  [[noreturn]] void refuse_value(std::string_view key, std::string_view value,
                                 std::string_view wanted) const {
    throw ConfigurationError(fmt::format("{}: {} cannot be '{}'; write {}", where_, key, value, wanted));
  }

  /// Absent: none. Both a list and one text with commas will do.
  [[nodiscard]] std::vector<std::string> words(std::string_view key) const {
    const auto found = table_.find(key);
    if (found == table_.end()) return {};
    auto all = split_list(fmt::format("{}", fmt::join(found->second, ",")));
    if (all.empty() || std::ranges::find(all, "") != all.end()) {
      refuse_value(key, fmt::format("{}", fmt::join(found->second, ",")), "one or more words");
    }
    return all;
  }

  [[nodiscard]] std::optional<Methods> methods() const {
    const auto names = words("method");
    if (names.empty()) return std::nullopt;
    const auto text = fmt::format("{}", fmt::join(names, ","));
    const auto parsed = Methods::parse(text);
    if (!parsed) refuse_value("method", text, "card, wallet, apple_pay, google_pay, paypal");
    return parsed;
  }

  [[nodiscard]] std::vector<Currency> currencies() const {
    std::vector<Currency> all;
    for (const auto& code : words("currency")) {
      const auto currency = Currency::find(code);
      if (!currency) refuse_value("currency", code, "codes of ISO 4217, such as CAD");
      all.push_back(*currency);
    }
    return all;
  }

  [[nodiscard]] std::optional<Decimal> amount(std::string_view key) const {
    const auto found = words(key);
    if (found.empty()) return std::nullopt;
    const auto parsed = found.size() == 1 ? Decimal::parse(found.front()) : std::nullopt;
    const bool is_amount =
        parsed && parsed->units >= 0 && parsed->units < Decimal::too_large && !parsed->inexact;
    if (!is_amount) refuse_value(key, fmt::format("{}", fmt::join(found, ",")), "an amount, such as 99.50");
    return parsed;
  }

  const std::string where_;
  const RouteTable& table_;
};

Rules read_rules(const Sources& sources, const std::vector<RouteTable>& routes) {
  Rules rules{.rules = {}, .otherwise = checked_providers("--provider", split_list(sources.get("provider")))};
  for (const auto& table : routes) {
    const RouteReader reader(rules.rules.size() + 1, table);
    auto rule = reader.read();
    if (const auto why = why_never(rules.rules, rule)) {
      throw ConfigurationError(
          fmt::format("{} can never match: {}; change or remove it", reader.where(), *why));
    }
    rules.rules.push_back(std::move(rule));
  }
  return rules;
}

Guard::Options read_guard(const Sources& sources, std::string_view provider) {
  const auto number = [&](std::string_view what, int least, int most) {
    const auto name = fmt::format("{}-{}", provider, what);
    return parse_number<int>(name, sources.get(name), least, most);
  };
  constexpr int longest = 120'000;
  const int timeout = number("timeout-ms", 10, longest);
  const bool says_slow = !sources.get(fmt::format("{}-slow-ms", provider)).empty();
  return {.concurrency = static_cast<std::size_t>(number("concurrency", 1, 10'000)),
          .deadline = std::chrono::milliseconds(timeout),
          .slow = std::chrono::milliseconds(says_slow ? number("slow-ms", 1, timeout) : timeout / 2)};
}

/// Where an API stands. A login in it would travel in clear text to the logs of others.
void check_base(const ProviderSetting& setting, std::string_view url) {
  const bool is_base =
      is_web_url(url) && without_login(url) == url && !url.contains('?') && !url.contains('#');
  if (!is_base) {
    refuse(setting.name, url,
           fmt::format("a URL that begins with http:// or https:// (environment: {})", setting.environment));
  }
}

Values read_settings(const Sources& sources, const ProviderEntry& entry) {
  Values values;
  for (const auto& setting : entry.settings) {
    auto text = sources.get(setting.name);
    if (setting.kind == ProviderSetting::Kind::is_switch) parse_switch(setting.name, text);
    if (setting.name.ends_with("-api-base")) check_base(setting, text);
    values.emplace(setting.name, std::move(text));
  }
  return values;
}

}  // namespace

std::string ProviderSetup::setting(std::string_view name) const {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

const ProviderSetting* ProviderSetup::missing() const {
  for (const auto& one : entry->settings) {
    const bool is_missing = one.kind == ProviderSetting::Kind::required_secret && setting(one.name).empty();
    if (is_missing) return &one;
  }
  return nullptr;
}

std::vector<std::string> ProviderConfiguration::chosen() const {
  auto all = rules.otherwise;
  for (const auto& rule : rules.rules) all.insert(all.end(), rule.providers.begin(), rule.providers.end());
  sort_unique(all);
  return all;
}

bool ProviderConfiguration::is_chosen(std::string_view provider) const {
  return std::ranges::binary_search(chosen(), provider);
}

std::size_t ProviderConfiguration::calls_at_once() const {
  std::size_t sum = 0;
  for (const auto& setup : setups) {
    const bool calls = setup.entry->name != simulator_name && is_chosen(setup.entry->name);
    if (calls) sum += setup.guard.concurrency;
  }
  return sum;
}

bool ProviderConfiguration::simulates_at_once() const {
  const auto found = std::ranges::find_if(
      setups, [](const ProviderSetup& setup) { return setup.entry->name == simulator_name; });
  return found == setups.end() || found->setting("simulator-two-step") != "true";
}

ProviderConfiguration configure_providers(const Sources& sources, const std::vector<RouteTable>& routes) {
  const auto text = sources.get("methods");
  const auto methods = Methods::parse(text);
  if (!methods) refuse("methods", text, "card, wallet, apple_pay, google_pay, paypal, with commas between");
  ProviderConfiguration configuration{
      .rules = read_rules(sources, routes), .setups = {}, .methods = *methods};
  for (const auto& entry : provider_registry()) {
    configuration.setups.push_back({.entry = &entry,
                                    .settings = read_settings(sources, entry),
                                    .guard = read_guard(sources, entry.name)});
  }
  return configuration;
}

}  // namespace pay::app
