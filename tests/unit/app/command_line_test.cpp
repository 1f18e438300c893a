// What may be typed, and what is said of everything else.
#include "app/cli/command_line.hpp"

#include <gmock/gmock.h>

namespace pay::app {
namespace {

using testing::HasSubstr;

std::optional<CommandLine> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "payment-service");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string complaint(std::vector<const char*> words) {
  try {
    parse(std::move(words));
  } catch (const ConfigurationError& e) {
    return e.what();
  }
  return {};
}

TEST(CommandLine, names_a_subcommand) {
  EXPECT_EQ(parse({"serve"})->subcommand, Subcommand::serve);
  EXPECT_EQ(parse({"migrate"})->subcommand, Subcommand::migrate);
  EXPECT_EQ(parse({"verify"})->subcommand, Subcommand::verify);
}

TEST(CommandLine, gives_only_the_values_that_were_typed) {
  EXPECT_EQ(parse({"serve"})->flags, Values{});
  const auto line =
      parse({"serve", "--listen", "0.0.0.0:80", "--batch-limit=1", "--demo", "--config", "pay.toml"});
  EXPECT_EQ(line->flags, (Values{{"listen", "0.0.0.0:80"}, {"batch-limit", "1"}, {"demo", "true"}}));
  EXPECT_EQ(line->config_file, "pay.toml");
}

TEST(CommandLine, takes_every_setting_for_serve) {
  for (const auto& setting : settings()) {
    if (setting.is_switch || setting.is_secret) continue;
    const auto flag = "--" + std::string(setting.name);
    const auto line = parse({"serve", flag.c_str(), "17"});
    EXPECT_EQ(line->flags, (Values{{std::string(setting.name), "17"}})) << setting.name;
  }
}

TEST(CommandLine, takes_a_database_and_a_file_for_the_operators_commands) {
  for (const auto* subcommand : {"migrate", "verify"}) {
    const auto line = parse({subcommand, "--database", "sqlite:x.db", "--config", "pay.toml"});
    EXPECT_EQ(line->flags, (Values{{"database", "sqlite:x.db"}})) << subcommand;
    EXPECT_EQ(line->config_file, "pay.toml") << subcommand;
  }
}

TEST(CommandLine, has_groups_of_verbs_with_words_and_options_of_their_own) {
  const auto add = parse({"clients", "add", "shop", "--notify-url", "http://x", "--database", "sqlite:x.db"});
  EXPECT_EQ(add->subcommand, Subcommand::clients_add);
  EXPECT_EQ(add->words, std::vector<std::string>{"shop"});
  EXPECT_EQ(add->option("notify-url"), "http://x");
  EXPECT_EQ(add->option("notify-style", "none"), "none");
  EXPECT_EQ(add->flags, (Values{{"database", "sqlite:x.db"}}));
  const auto set = parse({"clients", "set", "shop", "--no-notify", "--notify-style", "event", "--adopt"});
  EXPECT_EQ(set->subcommand, Subcommand::clients_set);
  EXPECT_EQ(set->options, (Values{{"no-notify", "true"}, {"notify-style", "event"}, {"adopt", "true"}}));
  EXPECT_EQ(parse({"clients", "add", "shop", "--adopt"})->option("adopt"), "true");
  EXPECT_EQ(parse({"clients", "list"})->subcommand, Subcommand::clients_list);
  EXPECT_EQ(parse({"clients", "add-key", "shop"})->subcommand, Subcommand::clients_add_key);
  EXPECT_EQ(parse({"clients", "remove", "shop"})->subcommand, Subcommand::clients_remove);
  EXPECT_EQ(parse({"clients", "remove-key", "shop"})->words.size(), 1U);
  EXPECT_EQ(parse({"clients", "remove-key", "shop", "0a1b2c3d"})->words.size(), 2U);

  const auto list = parse({"notifications", "list", "--payment-id", "7", "--status", "dead"});
  EXPECT_EQ(list->subcommand, Subcommand::notifications_list);
  EXPECT_EQ(list->options, (Values{{"payment-id", "7"}, {"status", "dead"}}));
  EXPECT_EQ(parse({"notifications", "retry", "1", "2"})->words, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(parse({"notifications", "retry", "--dead"})->option("dead"), "true");

  const auto attempts = parse({"attempts", "list", "--unknown", "--needs-attention", "--payment-id", "7"});
  EXPECT_EQ(attempts->subcommand, Subcommand::attempts_list);
  EXPECT_EQ(attempts->options,
            (Values{{"unknown", "true"}, {"needs-attention", "true"}, {"payment-id", "7"}}));
  const auto resolve = parse({"attempts", "resolve", "12", "--as", "declined", "--because", "I saw it"});
  EXPECT_EQ(resolve->subcommand, Subcommand::attempts_resolve);
  EXPECT_EQ(resolve->words, std::vector<std::string>{"12"});
  EXPECT_EQ(resolve->options, (Values{{"as", "declined"}, {"because", "I saw it"}}));
  EXPECT_EQ(parse({"clients", "add", "shop", "--methods", "card,paypal"})->option("methods"), "card,paypal");

  EXPECT_EQ(parse({"health", "--listen", "127.0.0.1:1"})->subcommand, Subcommand::health);
  EXPECT_EQ(parse({"dev-cert", "--host", "a", "--host", "b"})->option("host"), "a b");
}

TEST(CommandLine, prints_help_and_version_and_asks_for_nothing_else) {
  const auto printed = [](std::vector<const char*> words) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(parse(std::move(words)), std::nullopt);
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(printed({"--version"}), "payment-service " PAY_VERSION "\n");
  EXPECT_THAT(printed({"--help"}), HasSubstr("serve"));
  const auto help = printed({"serve", "--help"});
  for (const auto& setting : settings()) {
    if (setting.is_secret) {
      EXPECT_THAT(help, HasSubstr(setting.environment));
      EXPECT_THAT(help, testing::Not(HasSubstr("--" + setting.name)));
    } else {
      EXPECT_THAT(help, HasSubstr("--" + setting.name));
    }
  }
}

TEST(CommandLine, takes_no_secret_and_says_where_it_belongs_without_repeating_it) {
  std::size_t secrets = 0;
  for (const auto& setting : settings()) {
    if (!setting.is_secret) continue;
    ++secrets;
    const auto flag = "--" + setting.name;
    const auto with_value = flag + "=hunter2";
    for (const auto& words : {std::vector{"serve", flag.c_str(), "hunter2"}, {"serve", with_value.c_str()}}) {
      const auto said = complaint(words);
      EXPECT_THAT(said, HasSubstr(setting.environment));
      EXPECT_THAT(said, testing::Not(HasSubstr("hunter2")));
      EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    }
  }
  EXPECT_GE(secrets, 4U);
}

TEST(CommandLine, that_cannot_be_read_is_answered_with_one_line_of_advice) {
  const std::vector<const char*> wrong[] = {
      {},
      {"server"},
      {"serve", "--port", "80"},
      {"serve", "--listen"},
      {"serve", "--listen="},
      {"serve", "--database="},
      {"serve", "more"},
      {"verify", "--listen", "x:1"},
      {"migrate", "--demo"},
      {"serve", "verify"},
      {"--batch-limit", "1"},
      {"serve", "--listen", "a:1", "--listen", "b:2"},
      {"clients"},
      {"clients", "add"},
      {"clients", "add", "a", "b"},
      {"clients", "add", "a", "--no-notify"},
      {"clients", "set"},
      {"clients", "delete", "a"},
      {"clients", "list", "--notify-url", "http://x"},
      {"notifications"},
      {"attempts"},
      {"attempts", "resolve"},
      {"attempts", "resolve", "1", "2"},
      {"attempts", "list", "--provider", "stripe"},
  };
  for (const auto& words : wrong) {
    const auto said = complaint(words);
    const auto typed = words.empty() ? "nothing" : words.back();
    EXPECT_NE(said, "") << typed;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    EXPECT_TRUE(said.contains("--help") || said.contains("write")) << said;
  }
}

}  // namespace
}  // namespace pay::app
