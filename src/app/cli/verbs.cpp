#include "app/cli/verbs.hpp"

#include <array>

namespace pay::app {
namespace {

constexpr std::array<std::string_view, 4> of_migrate{"database", "currency", "log-level", "log-format"};
constexpr std::array<std::string_view, 1> of_database{"database"};
constexpr std::array<std::string_view, 4> of_health{"listen", "http-listen", "tls-cert", "tls-key"};

constexpr std::array of_dev_cert{
    Option{"out", "Folder to write payment-cert.pem and payment-key.pem to (default: here)"},
    Option{"host", "Name or IP address that the certificate is for, may be repeated (default: localhost)"},
    Option{"force", "Replace files that are there", true}};
constexpr Option notify_url{
    "notify-url",
    "Where the client is told of its payments (environment, for a URL with a login: PAYMENT_NOTIFY_URL)"};
constexpr Option adopt{
    "adopt", "Payments that are nobody's, made while there were no clients, become this one's", true};
constexpr Option methods{
    "methods",
    "What its payments may be paid with: card, wallet, apple_pay, google_pay, paypal, with "
    "commas between; default: as the service's --methods"};
constexpr std::array of_clients_add{
    notify_url, Option{"notify-style", "store-manager (PUT, the default) or event (POST of the event)"},
    methods, adopt};
constexpr std::array of_clients_set{
    notify_url, Option{"no-notify", "The client is told nothing", true},
    Option{"notify-style", "store-manager (PUT) or event (POST of the event)"}, methods, adopt};
constexpr std::array of_notifications_list{
    Option{"payment-id", "Only those of this payment"},
    Option{"status", "Only those that are pending, delivered or dead"}};
constexpr std::array of_notifications_retry{Option{"dead", "All that were given up", true}};

constexpr std::array of_attempts_list{
    Option{"unknown", "Only those of which nobody knows the outcome", true},
    Option{"needs-attention", "Only those that nobody asks about any more: an operator must find out", true},
    Option{"payment-id", "Only those of this payment"}};
constexpr std::array of_attempts_resolve{
    Option{"as", "What became of it: succeeded, declined or not_executed"},
    Option{"because", "How you know, in a few words: kept with the payment's event"},
    Option{"reference",
           "The provider's name of what was made (pi_3Q, a capture's id): later steps are about it"}};

constexpr Words a_name{.name = "NAME", .least = 1, .most = 1};
constexpr Words name_and_key{.name = "NAME", .others = "[KEY_ID]", .least = 1, .most = 2};
constexpr Words an_id{.name = "ID", .least = 1, .most = 1};
constexpr Words some_ids{.name = "ID", .others = "...", .least = 0, .most = 1000};

constexpr std::array table{
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
    Verb{"clients", "set",
         "Change how an application is told, what it may be paid with, or give it nobody's payments",
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
         "Take a key away: the one named, or the oldest",
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
    Verb{"attempts", "list", "Show what was asked of providers, and what became of it",
         Subcommand::attempts_list, false, of_database, of_attempts_list},
    Verb{"attempts", "resolve", "Say what became of an attempt that nobody can tell any more",
         Subcommand::attempts_resolve, false, of_database, of_attempts_resolve, an_id},
};

}  // namespace

std::span<const Verb> verbs() {
  return table;
}

std::string_view help_of_group(std::string_view group) {
  if (group == "clients") return "Which applications may use the service";
  if (group == "attempts") return "What was asked of providers, and what nobody knows of it";
  return "What clients are told of payments";
}

}  // namespace pay::app
