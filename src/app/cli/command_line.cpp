#include "app/cli/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "app/cli/printable.hpp"
#include "app/cli/verbs.hpp"
#include "app/url.hpp"

namespace pay::app {
namespace {

/// One line, whatever the parser says.
std::string one_line(std::string text) {
  for (auto& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text;
}

std::string help_of_secrets() {
  std::string text = "From the environment or the file of --config only, for a flag would be seen by others:";
  for (const auto& setting : settings()) {
    if (setting.is_secret)
      text += fmt::format("\n  {} ({}): {}", setting.environment, setting.name, setting.help);
  }
  return text;
}

/// Before the parser could repeat what follows it.
void refuse_secrets(std::span<const char* const> words) {
  for (const std::string_view word : words) {
    if (!word.starts_with("--")) continue;
    const auto* setting = find_setting(word.substr(2, word.find('=') - 2));
    if (!setting || !setting->is_secret) continue;
    throw ConfigurationError(
        fmt::format("--{0} would show a secret to every user of this machine; put it into the environment "
                    "variable {1}, or "
                    "as {0} into the file of --config",
                    setting->name, setting->environment));
  }
}

/// A verb as the parser knows it, and what was typed for it, all as texts.
class Parsed {
 public:
  Parsed(CLI::App& parent, const Verb& verb)
      : verb_(verb), app_(*parent.add_subcommand(std::string(verb.name), std::string(verb.help))) {
    for (const auto& setting : settings()) {
      const bool belongs =
          verb.takes_all_settings || std::ranges::find(verb.settings, setting.name) != verb.settings.end();
      if (belongs && !setting.is_secret) add_setting(setting);
    }
    if (verb.takes_all_settings) app_.footer(help_of_secrets());
    for (const auto& option : verb.options) add(option.name, std::string(option.help), option.is_switch);
    const bool has_settings = verb.takes_all_settings || !verb.settings.empty();
    if (has_settings)
      app_.add_option("--config", config_file_, "A TOML file of these settings")->type_name("FILE");
    if (!verb.words.name.empty()) add_words(verb.words);
  }

  [[nodiscard]] bool is_chosen() const { return app_.parsed(); }

  [[nodiscard]] CommandLine take() const {
    CommandLine line{.subcommand = verb_.subcommand, .words = words_, .config_file = config_file_};
    for (const auto& [name, text] : texts_) {
      if (app_.count("--" + name) == 0) continue;
      const bool is_own = std::ranges::find(verb_.options, name, &Option::name) != verb_.options.end();
      (is_own ? line.options : line.flags)[name] = fmt::format("{}", fmt::join(text, " "));
    }
    for (const auto& [name, given] : switches_) {
      if (!given) continue;
      const bool is_own = std::ranges::find(verb_.options, name, &Option::name) != verb_.options.end();
      (is_own ? line.options : line.flags)[name] = "true";
    }
    return line;
  }

 private:
  void add_setting(const Setting& setting) {
    const auto help = fmt::format("{} (default {}; environment {})", setting.help,
                                  setting.fallback.empty() ? "none" : setting.fallback, setting.environment);
    add(setting.name, setting.is_switch ? setting.help : help, setting.is_switch);
  }

  void add(std::string_view name, const std::string& help, bool is_switch) {
    const auto flag = "--" + std::string(name);
    if (is_switch) {
      app_.add_flag(flag, switches_[std::string(name)], help);
      return;
    }
    auto* option = app_.add_option(flag, texts_[std::string(name)], help)->type_name("VALUE");
    const bool may_repeat = name == "host";
    option->expected(1)->multi_option_policy(may_repeat ? CLI::MultiOptionPolicy::TakeAll
                                                        : CLI::MultiOptionPolicy::Throw);
  }

  void add_words(const Words& words) {
    app_.add_option(std::string(words.name), words_)
        ->required(words.least > 0)
        ->expected(words.least, words.most)
        ->type_name(std::string(words.others));
  }

  const Verb& verb_;
  CLI::App& app_;
  std::map<std::string, std::vector<std::string>> texts_;
  std::map<std::string, bool> switches_;
  std::vector<std::string> words_;
  std::string config_file_;
};

/// CLI11 would take the next word for the value of `--name=`: an empty value is refused as what it is.
void refuse_empty_values(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--") && word.ends_with('=')) {
      throw ConfigurationError(fmt::format("{} has no value; write {}VALUE, or leave it out",
                                           word.substr(0, word.size() - 1), word));
    }
  }
}

/// They would be shown again, to this operator or to another.
void refuse_controls(std::span<const char* const> words) {
  if (std::ranges::none_of(words, [](const char* word) { return holds_control(word); })) return;
  throw ConfigurationError(
      "an argument holds a control character (a newline, a tab, an escape); write it in one line, without");
}

/// What to write after the name of a group, when it stands alone.
std::string advice(int argc, const char* const* argv) {
  std::vector<std::string_view> names;
  const std::string_view group = argc == 2 ? argv[1] : "";
  for (const auto& verb : verbs()) {
    if (!group.empty() && verb.group == group) names.push_back(verb.name);
  }
  if (names.empty()) return {};
  return fmt::format("write what to do: `payment-service {} {}`", group, fmt::join(names, "|"));
}

/// Every verb, those of a group below it.
std::deque<Parsed> add_verbs(CLI::App& program) {
  std::deque<Parsed> parsed;
  std::map<std::string_view, CLI::App*> groups{{"", &program}};
  for (const auto& verb : verbs()) {
    auto& group = groups[verb.group];
    if (!group) {
      group = program.add_subcommand(std::string(verb.group), std::string(help_of_group(verb.group)));
      group->require_subcommand(1);
    }
    parsed.emplace_back(*group, verb);
  }
  return parsed;
}

}  // namespace

std::optional<CommandLine> parse_command_line(int argc, const char* const* argv) {
  CLI::App program(
      "A payment service for shops: creates payments, processes them, and tells what became of them.",
      "payment-service");
  program.set_version_flag("--version", "payment-service " PAY_VERSION);
  program.require_subcommand(0, 1);
  const auto parsed = add_verbs(program);
  refuse_secrets({argv, static_cast<std::size_t>(argc)});
  refuse_controls({argv, static_cast<std::size_t>(argc)});
  refuse_empty_values(argc, argv);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {
    program.exit(e);
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    if (const auto missing = advice(argc, argv); !missing.empty()) throw ConfigurationError(missing);
    throw ConfigurationError(
        fmt::format("{}; `payment-service --help` and `payment-service serve --help` show what there is",
                    one_line(without_login(e.what()))));
  }
  const auto chosen = std::ranges::find_if(parsed, &Parsed::is_chosen);
  if (chosen == parsed.end()) {
    throw ConfigurationError(
        "say what to do: `payment-service serve`, `migrate`, `verify`, `clients`, `notifications`, "
        "`attempts`, `health` or `dev-cert` (more: `--help`)");
  }
  return chosen->take();
}

}  // namespace pay::app
