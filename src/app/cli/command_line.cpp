#include "app/cli/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <deque>

namespace pay::app {
namespace {

constexpr std::array<std::string_view, 4> of_migrate{"database", "currency", "log-level", "log-format"};
constexpr std::array<std::string_view, 1> of_database{"database"};
constexpr std::array<std::string_view, 4> of_health{"listen", "http-listen", "tls-cert", "tls-key"};

/// What only one subcommand takes.
struct Option {
  std::string_view name;
  std::string_view help;
  bool is_switch = false;
};

constexpr std::array of_dev_cert{
    Option{"out", "Folder to write payment-cert.pem and payment-key.pem to (default: here)"},
    Option{"host", "Name or IP address that the certificate is for, may be repeated (default: localhost)"},
    Option{"force", "Replace files that are there", true}};
constexpr Option notify_url{
    "notify-url",
    "Where the client is told of its payments (environment, for a URL with a login: PAYMENT_NOTIFY_URL)"};
constexpr Option adopt{
    "adopt", "Payments that are nobody's, made while there were no clients, become this one's", true};
constexpr std::array of_clients_add{
    notify_url, Option{"notify-style", "store-manager (PUT, the default) or event (POST of the event)"},
    adopt};
constexpr std::array of_clients_set{
    notify_url, Option{"no-notify", "The client is told nothing", true},
    Option{"notify-style", "store-manager (PUT) or event (POST of the event)"}, adopt};
constexpr std::array of_notifications_list{
    Option{"payment-id", "Only those of this payment"},
    Option{"status", "Only those that are pending, delivered or dead"}};
constexpr std::array of_notifications_retry{Option{"dead", "All that were given up", true}};

/// What stands without a flag.
struct Words {
  std::string_view name;  ///< of the first; empty: none may stand there
  std::string_view others{};
  int least = 0;
  int most = 0;
};

/// One thing that can be asked for. A group's verbs come after it.
struct Verb {
  std::string_view group;  ///< empty: none
  std::string_view name;
  std::string_view help;
  Subcommand subcommand{};
  bool takes_all_settings = false;
  std::span<const std::string_view> settings{};
  std::span<const Option> options{};
  Words words{};
};

constexpr Words a_name{.name = "NAME", .least = 1, .most = 1};
constexpr Words name_and_key{.name = "NAME", .others = "[KEY_ID]", .least = 1, .most = 2};
constexpr Words some_ids{.name = "ID", .others = "...", .least = 0, .most = 1000};

constexpr std::array verbs{
    Verb{"", "serve", "Answer requests until SIGTERM", Subcommand::serve, true},
    Verb{"", "migrate", "Bring the database's schema up, and end", Subcommand::migrate, false, of_migrate},
    Verb{"", "verify", "Check every payment against its history", Subcommand::verify, false, of_database},
    Verb{"", "health", "Ask a running service whether it is ready", Subcommand::health, false, of_health},
    Verb{"",
         "dev-cert",
         "Make a self-signed certificate for the classroom",
         Subcommand::dev_cert,
         false,
         {},
         of_dev_cert},
    Verb{"clients", "add", "Let an application in: shows its key, once", Subcommand::clients_add, false,
         of_database, of_clients_add, a_name},
    Verb{"clients", "set", "Change how an application is told, or give it nobody's payments: its keys stay",
         Subcommand::clients_set, false, of_database, of_clients_set, a_name},
    Verb{"clients", "list", "Show the applications and the ids of their keys", Subcommand::clients_list,
         false, of_database},
    Verb{"clients",
         "add-key",
         "Give an application another key: shows it, once",
         Subcommand::clients_add_key,
         false,
         of_database,
         {},
         a_name},
    Verb{"clients",
         "remove-key",
         "Take a key away: the one named, or the older one of two",
         Subcommand::clients_remove_key,
         false,
         of_database,
         {},
         name_and_key},
    Verb{"clients",
         "remove",
         "Take an application's access away; its payments stay",
         Subcommand::clients_remove,
         false,
         of_database,
         {},
         a_name},
    Verb{"notifications", "list", "Show what clients have been told, and what not",
         Subcommand::notifications_list, false, of_database, of_notifications_list},
    Verb{"notifications", "retry", "Have notifications sent again: some by id, or all that were given up",
         Subcommand::notifications_retry, false, of_database, of_notifications_retry, some_ids},
};

std::string_view help_of_group(std::string_view group) {
  return group == "clients" ? "Which applications may use the service" : "What clients are told of payments";
}

/// One line, whatever the parser says.
std::string one_line(std::string text) {
  for (auto& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text;
}

/// A verb as the parser knows it, and what was typed for it, all as texts.
class Parsed {
 public:
  Parsed(CLI::App& parent, const Verb& verb)
      : verb_(verb), app_(*parent.add_subcommand(std::string(verb.name), std::string(verb.help))) {
    for (const auto& setting : settings()) {
      const bool belongs =
          verb.takes_all_settings || std::ranges::find(verb.settings, setting.name) != verb.settings.end();
      if (!belongs) continue;
      const auto help =
          fmt::format("{} (default {}; environment {})", setting.help,
                      setting.fallback.empty() ? "none" : setting.fallback, setting.environment);
      add(setting.name, setting.is_switch ? std::string(setting.help) : help, setting.is_switch);
    }
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

/// What to write after the name of a group, when it stands alone.
std::string advice(int argc, const char* const* argv) {
  std::vector<std::string_view> names;
  const std::string_view group = argc == 2 ? argv[1] : "";
  for (const auto& verb : verbs) {
    if (!group.empty() && verb.group == group) names.push_back(verb.name);
  }
  if (names.empty()) return {};
  return fmt::format("write what to do: `payment-service {} {}`", group, fmt::join(names, "|"));
}

/// Every verb, those of a group below it.
std::deque<Parsed> add_verbs(CLI::App& program) {
  std::deque<Parsed> parsed;
  std::map<std::string_view, CLI::App*> groups{{"", &program}};
  for (const auto& verb : verbs) {
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
        "say what to do: `payment-service serve`, `migrate`, `verify`, `clients`, `notifications`, `health` "
        "or `dev-cert` (more: `--help`)");
  }
  return chosen->take();
}

}  // namespace pay::app
