#include "app/provider_configuration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/configuration.hpp"
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
            .clients = clients(),
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

  [[nodiscard]] std::vector<std::string> clients() const {
    auto names = words("client");
    for (const auto& name : names) {
      if (!is_client_name(name))
        refuse_value("client", name, "names of clients: 1 to 64 letters, digits, dots, - or _");
    }
    return names;
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

bool can_take(const ProviderEntry& entry, const Rule& rule) {
  if (entry.serves == nullptr) return true;
  const auto methods = rule.methods.value_or(Methods::all());
  return std::ranges::any_of(every_method, [&](Method method) {
    if (!methods.has(method)) return false;
    if (rule.currencies.empty()) return entry.serves(method, std::nullopt);
    return std::ranges::any_of(rule.currencies,
                               [&](Currency currency) { return entry.serves(method, currency); });
  });
}

/// Why what fits it is never paid; nothing: somebody can take it.
std::optional<std::string> why_nobody_takes(const Rule& rule) {
  const bool is_taken = std::ranges::any_of(
      rule.providers, [&](const std::string& name) { return can_take(*find_provider(name), rule); });
  if (is_taken) return std::nullopt;
  return fmt::format("{} can never take its method in its currency",
                     fmt::join(rule.providers, rule.providers.size() == 2 ? " and " : ", "));
}

Rules read_rules(const Sources& sources, const std::vector<RouteTable>& routes) {
  Rules rules{.rules = {}, .otherwise = checked_providers("--provider", split_list(sources.get("provider")))};
  for (const auto& table : routes) {
    const RouteReader reader(rules.rules.size() + 1, table);
    auto rule = reader.read();
    if (const auto why = why_never(rules.rules, rule)) {
      throw ConfigurationError(
          fmt::format("{} can never match: {}; change or remove it", reader.where(), *why));
    }
    if (const auto why = why_nobody_takes(rule)) {
      throw ConfigurationError(
          fmt::format("{} can never be carried out: {}; change or remove it", reader.where(), *why));
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

/// Where an API stands, without the slash at its end. A login in it would travel in clear text to the logs of
/// others.
std::string checked_base(const ProviderSetting& setting, std::string url) {
  const bool is_base =
      is_web_url(url) && without_login(url) == url && !url.contains('?') && !url.contains('#');
  if (!is_base) {
    refuse(setting.name, url,
           fmt::format("a URL that begins with http:// or https:// (environment: {})", setting.environment));
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Values read_settings(const Sources& sources, const ProviderEntry& entry) {
  Values values;
  for (const auto& setting : entry.settings) {
    auto text = sources.get(setting.name);
    if (setting.kind == ProviderSetting::Kind::is_switch) parse_switch(setting.name, text);
    if (setting.kind == ProviderSetting::Kind::url) text = checked_base(setting, std::move(text));
    values.emplace(setting.name, std::move(text));
  }
  return values;
}

/// Whoever is asked at once has neither latency nor failures, and nobody waits for it.
void refuse_what_needs_two_steps(const Sources& sources) {
  constexpr std::string_view two_steps = "simulator-two-step";
  if (sources.get(two_steps) == "true") return;
  for (const auto& setting : settings()) {
    const bool is_its_own = setting.name.starts_with("simulator-") && setting.name != two_steps;
    if (!is_its_own || sources.get(setting.name) == setting.fallback) continue;
    throw ConfigurationError(
        fmt::format("--{} counts only with --{}; add that, or leave this out", setting.name, two_steps));
  }
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

bool ProviderSetup::is_complete() const {
  const bool has_secrets = std::ranges::find(entry->settings, ProviderSetting::Kind::required_secret,
                                             &ProviderSetting::kind) != entry->settings.end();
  return has_secrets && missing() == nullptr;
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

bool ProviderConfiguration::is_built(const ProviderSetup& setup) const {
  return is_chosen(setup.entry->name) || setup.is_complete();
}

std::size_t ProviderConfiguration::calls_at_once() const {
  // To be let in, and to have webhooks verified, beside the calls that guards count.
  constexpr std::size_t calls_beside = 16;
  std::size_t sum = 0;
  for (const auto& setup : setups) {
    const bool calls = setup.entry->name != simulator_name && is_built(setup);
    if (calls) sum += setup.guard.concurrency;
  }
  return sum == 0 ? 0 : sum + calls_beside;
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
  refuse_what_needs_two_steps(sources);
  return configuration;
}

}  // namespace pay::app
