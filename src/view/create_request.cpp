#include <algorithm>
#include <string>

#include "model/card.hpp"
#include "view/fields.hpp"
#include "view/requests.hpp"

namespace pay::view {

namespace {

constexpr std::size_t max_metadata_pairs = 50;
constexpr std::size_t max_metadata_key_length = 40;

constexpr Sentence bad_amount{"must be a number with at most the currency's decimals, as in 59.5",
                              "doit être un nombre avec au plus les décimales de la devise, comme 59.5"};

/// The sentence by which the reference's clients know that one of the three is missing, zero or negative.
constexpr Sentence required_fields_missing{
    "An order id, a user id and an amount are required for the payment.",
    "Vous devez indiquer un ID commande, ID utilisateur et valeur pour le paiement."};

/// Reads the fields of one create. Everything wrong goes to `complaints`.
struct CreateReader {
  const Json& json;
  Complaints complaints{};
  bool required_missing = false;

  std::int64_t read_required_id(std::string_view field);
  Decimal read_total(const std::optional<Currency>& currency);
  std::optional<Currency> read_currency(Currency default_currency);
  CaptureMethod read_capture_method();
  Metadata read_metadata();
  void read_pair(const Node& node, Metadata& metadata);

  /// The text of a number that must be there. Nothing, with a complaint, when it is not, or not above zero.
  std::optional<std::string_view> read_required_number(std::string_view field, Sentence otherwise);
};

std::optional<std::string_view> CreateReader::read_required_number(std::string_view field,
                                                                   Sentence otherwise) {
  const Node* node = json.find(field);
  if (node == nullptr || (node->kind == Node::Kind::string && node->text.empty())) {
    required_missing = true;
    complaints.add(field, required_field);
    return std::nullopt;
  }
  const auto text = number_text(*node);
  const auto number = text ? Decimal::parse(*text) : std::nullopt;
  if (!number) {
    complaints.add(field, otherwise);
    return std::nullopt;
  }
  if (*number <= Decimal{}) {
    required_missing = true;
    complaints.add(field, not_positive);
    return std::nullopt;
  }
  return text;
}

std::int64_t CreateReader::read_required_id(std::string_view field) {
  const auto text = read_required_number(field, bad_id);
  if (!text) return 0;
  const auto id = read_id(*text);
  if (!id) complaints.add(field, bad_id);
  return id.value_or(0);
}

Decimal CreateReader::read_total(const std::optional<Currency>& currency) {
  const auto text = read_required_number("total_amount", bad_amount);
  if (!text) return {};
  const Decimal amount = Decimal::parse(*text).value_or(Decimal{});
  if (currency) {
    const auto minor = to_minor(amount, *currency);
    if (!minor) complaints.add("total_amount", {minor.error().en, minor.error().fr});
  }
  return amount;
}

std::optional<Currency> CreateReader::read_currency(Currency default_currency) {
  const Node* node = json.find("currency");
  if (node == nullptr) return default_currency;
  auto currency = node->kind == Node::Kind::string ? Currency::find(node->text) : std::nullopt;
  if (!currency) {
    complaints.add("currency", {"must be a currency code of ISO 4217, as in CAD",
                                "doit être un code de devise ISO 4217, comme CAD"});
  }
  return currency;
}

CaptureMethod CreateReader::read_capture_method() {
  const Node* node = json.find("capture_method");
  if (node == nullptr) return CaptureMethod::automatic;
  const auto method = node->kind == Node::Kind::string ? find_capture_method(node->text) : std::nullopt;
  if (!method) {
    complaints.add("capture_method",
                   {"must be `automatic` or `manual`", "doit être « automatic » ou « manual »"});
  }
  return method.value_or(CaptureMethod::automatic);
}

Metadata CreateReader::read_metadata() {
  Metadata metadata;
  const Node* node = json.find("metadata");
  if (node == nullptr) return metadata;
  if (node->kind != Node::Kind::object) {
    complaints.add("metadata", {"must be an object of texts", "doit être un objet de textes"});
    return metadata;
  }
  for (const Node& pair : *node) {
    if (metadata.size() > max_metadata_pairs) break;
    read_pair(pair, metadata);
  }
  if (metadata.size() > max_metadata_pairs) {
    complaints.add("metadata", {"must hold at most 50 pairs", "doit contenir au plus 50 paires"});
  }
  return metadata;
}

void CreateReader::read_pair(const Node& node, Metadata& metadata) {
  const std::size_t key_length = length(node.name);
  if (key_length == 0 || key_length > max_metadata_key_length) {
    return complaints.add("metadata", {"keys must be 1 to 40 characters long",
                                       "les clés doivent compter de 1 à 40 caractères"});
  }
  // A key that holds a card number is not named: nothing of it goes into an error.
  if (holds_card_number(node.name)) return complaints.add("metadata", card_number_in_text);

  const auto field = [&] { return "metadata." + std::string(node.name); };
  if (node.kind != Node::Kind::string) {
    return complaints.add(field(), not_a_text);
  }
  if (length(node.text) > max_text_length) {
    return complaints.add(field(), text_too_long);
  }
  if (holds_card_number(node.text)) return complaints.add(field(), card_number_in_text);

  const auto before = std::ranges::find(metadata, node.name, &Metadata::value_type::first);
  if (before != metadata.end()) {
    before->second = node.text;
  } else {
    metadata.emplace_back(node.name, node.text);
  }
}

}  // namespace

Result<CreatePayment> read_create(std::string_view body, Currency default_currency, std::string_view client) {
  auto json = Json::read(body);
  if (!json) return std::unexpected(std::move(json.error()));

  CreateReader reader{.json = *json};
  const auto currency = reader.read_currency(default_currency);
  CreatePayment command{.order_id = {reader.read_required_id("order_id")},
                        .user_id = {reader.read_required_id("user_id")},
                        .amount = reader.read_total(currency),
                        .currency = currency.value_or(default_currency),
                        .capture_method = reader.read_capture_method(),
                        .description = read_text(*json, "description", reader.complaints),
                        .metadata = reader.read_metadata(),
                        .client = std::string(client)};
  if (reader.complaints.empty()) return command;
  return std::unexpected(std::move(reader.complaints)
                             .error(reader.required_missing ? to_text(required_fields_missing) : Text{}));
}

}  // namespace pay::view
