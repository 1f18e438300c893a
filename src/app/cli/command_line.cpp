#include "app/cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

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

/// The options of one subcommand, all as texts.
class Options {
 public:
  Options(CLI::App& subcommand, std::span<const std::string_view> names) : subcommand_(subcommand) {
    for (const auto& setting : settings()) {
      const bool belongs = names.empty() || std::ranges::find(names, setting.name) != names.end();
      if (belongs) add(setting);
    }
    subcommand_.add_option("--config", config_file_, "A TOML file of these settings")->type_name("FILE");
  }

  [[nodiscard]] Values given() const {
    Values values;
    for (const auto& [name, text] : texts_) {
      if (subcommand_.count("--" + name) > 0) values[name] = text;
    }
    if (demo_) values["demo"] = "true";
    return values;
  }
  [[nodiscard]] const std::string& config_file() const { return config_file_; }

 private:
  void add(const Setting& setting) {
    const auto flag = "--" + std::string(setting.name);
    if (setting.name == "demo") {
      subcommand_.add_flag(flag, demo_, std::string(setting.help));
      return;
    }
    auto& text = texts_[std::string(setting.name)];
    subcommand_
        .add_option(flag, text,
                    fmt::format("{} (default {}; environment {})", setting.help, setting.fallback,
                                setting.environment))
        ->type_name("VALUE");
  }

  CLI::App& subcommand_;
  Values texts_;
  std::string config_file_;
  bool demo_ = false;
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

constexpr std::array<std::string_view, 4> of_migrate{"database", "currency", "log-level", "log-format"};
constexpr std::array<std::string_view, 1> of_verify{"database"};

}  // namespace

std::optional<CommandLine> parse_command_line(int argc, const char* const* argv) {
  CLI::App program(
      "A payment service for shops: creates payments, processes them, and tells what became of them.",
      "payment-service");
  program.set_version_flag("--version", "payment-service " PAY_VERSION);
  program.require_subcommand(0, 1);
  auto& serve = *program.add_subcommand("serve", "Answer requests until SIGTERM");
  auto& migrate = *program.add_subcommand("migrate", "Bring the database's schema up, and end");
  auto& verify = *program.add_subcommand("verify", "Check every payment against its history");
  Options serve_options(serve, {});
  Options migrate_options(migrate, of_migrate);
  Options verify_options(verify, of_verify);

  refuse_empty_values(argc, argv);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {
    program.exit(e);
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    throw ConfigurationError(
        fmt::format("{}; `payment-service --help` and `payment-service serve --help` show what there is",
                    one_line(without_login(e.what()))));
  }
  const auto line = [](Subcommand subcommand, const Options& options) {
    return CommandLine{
        .subcommand = subcommand, .flags = options.given(), .config_file = options.config_file()};
  };
  if (!serve.parsed() && !migrate.parsed() && !verify.parsed()) {
    throw ConfigurationError(
        "say what to do: `payment-service serve`, `migrate` or `verify` (more: `--help`)");
  }
  if (migrate.parsed()) return line(Subcommand::migrate, migrate_options);
  if (verify.parsed()) return line(Subcommand::verify, verify_options);
  return line(Subcommand::serve, serve_options);
}

}  // namespace pay::app
