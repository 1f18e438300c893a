#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "view/card_request.hpp"
#include "view/header_text.hpp"
#include "view/requests.hpp"

namespace pay::view {

namespace {

constexpr std::size_t longest_token = 255;
constexpr std::size_t longest_url = 2048;

constexpr std::string_view method_field = "payment_method";
constexpr std::string_view type_field = "payment_method.type";
constexpr std::string_view wallet_field = "payment_method.wallet";
constexpr std::string_view token_field = "payment_method.token";
constexpr std::string_view url_field = "return_url";

constexpr Sentence bad_type{"must be `card` or `wallet`", "doit être « card » ou « wallet »"};
constexpr Sentence not_of_a_card{"must be `card` where a card's number stands",
                                 "doit être « card » avec un numéro de carte"};
constexpr Sentence bad_wallet{"must be `apple_pay`, `google_pay` or `paypal`",
                              "doit être « apple_pay », « google_pay » ou « paypal »"};
constexpr Sentence bad_token{"must be a text of 1 to 255 visible ASCII characters",
                             "doit être un texte de 1 à 255 caractères ASCII visibles"};
constexpr Sentence one_of_two{"must not stand beside a number: one of the two is enough",
                              "ne doit pas accompagner un numéro : l'un des deux suffit"};
constexpr Sentence bad_url{"must be an address as https://shop.example/orders/42, of at most 2048 characters",
                           "doit être une adresse comme https://shop.example/orders/42, d'au plus 2048 "
                           "caractères"};

/// Empty, with a complaint, when it is none.
std::string read_token(const Node& token, Complaints& complaints) {
  const auto& text = token.text;
  if (token.kind != Node::Kind::string || text.empty() || text.size() > longest_token ||
      !std::ranges::all_of(text, is_visible)) {
    complaints.add(token_field, bad_token);
  } else if (holds_card_number(text)) {
    complaints.add(token_field, card_number_in_text);
  } else {
    return std::string(text);
  }
  return {};
}

Source raw_card(Card card) {
  return RawCard{std::make_shared<const Card>(std::move(card))};
}

Source read_card_method(const Node& method, Complaints& complaints) {
  const Node* token = method.find("token");
  if (token == nullptr) return raw_card(read_card_object(method, complaints));
  if (method.find("number") != nullptr) complaints.add(token_field, one_of_two);
  return CardToken{read_token(*token, complaints)};
}

Source read_wallet_method(const Node& method, Complaints& complaints) {
  Wallet wallet;
  const Node* node = method.find("wallet");
  if (node == nullptr && method.find("number") != nullptr) {
    complaints.add(type_field, not_of_a_card);
    return wallet;
  }
  const auto name =
      node != nullptr && node->kind == Node::Kind::string ? find_wallet_name(node->text) : std::nullopt;
  if (node == nullptr) {
    complaints.add(wallet_field, required_field);
  } else if (!name) {
    complaints.add(wallet_field, bad_wallet);
  }
  wallet.wallet = name.value_or(WalletName::paypal);
  if (const Node* token = method.find("token")) {
    wallet.token = read_token(*token, complaints);
  } else if (name && *name != WalletName::paypal) {
    complaints.add(token_field, required_field);
  }
  return wallet;
}

Source read_method(const Node& method, Complaints& complaints) {
  if (method.kind != Node::Kind::object) {
    complaints.add(method_field, {"must be an object", "doit être un objet"});
    return {};
  }
  const Node* type = method.find("type");
  const auto says = [type](std::string_view name) {
    return type->kind == Node::Kind::string && type->text == name;
  };
  if (type == nullptr) {
    complaints.add(type_field, required_field);
    return read_card_method(method, complaints);
  }
  if (says("card")) return read_card_method(method, complaints);
  if (says("wallet")) return read_wallet_method(method, complaints);
  complaints.add(type_field, bad_type);
  return {};
}

/// A scheme, a host and nothing that a Location header or a page could stumble over (RFC 3986, section 3).
bool is_url(std::string_view text) {
  if (text.size() > longest_url || !std::ranges::all_of(text, is_visible)) return false;
  if (text.find_first_of("\"<>\\^`{|}") != std::string_view::npos) return false;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return false;
  const auto scheme = text.substr(0, colon);
  if (!equal_in_any_case(scheme, "http") && !equal_in_any_case(scheme, "https")) return false;
  const auto rest = text.substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  // A user's name before the host makes an address that looks like another one's.
  return !authority.empty() && authority.front() != ':' && authority.find('@') == std::string_view::npos;
}

std::string read_return_url(const Json& json, Complaints& complaints) {
  const Node* node = json.find(url_field);
  if (node == nullptr) return {};
  if (node->kind != Node::Kind::string || !is_url(node->text)) {
    complaints.add(url_field, bad_url);
  } else if (holds_printed_card_number(node->text)) {
    complaints.add(url_field, card_number_in_text);
  } else {
    return std::string(node->text);
  }
  return {};
}

}  // namespace

Result<ProcessRequest> read_process(std::string_view body) {
  auto json = Json::read(body);
  if (!json) return std::unexpected(std::move(json.error()));
  Complaints complaints;
  const Node* method = json->find(method_field);
  ProcessRequest request{.source = method != nullptr ? read_method(*method, complaints)
                                                     : raw_card(read_flat_card(*json, complaints))};
  request.return_url = read_return_url(*json, complaints);
  if (!complaints.empty()) return std::unexpected(std::move(complaints).error());
  return request;
}

Error not_accepted(const Methods& accepted) {
  const auto names = accepted.text();
  return {.code = ErrorCode::invalid_request,
          .detail = {},
          .fields = {{.field = std::string(method_field),
                      .message = {.en = fmt::format("is not accepted here; accepted: {}", names),
                                  .fr = fmt::format("n'est pas accepté ici ; acceptés : {}", names)}}}};
}

}  // namespace pay::view
