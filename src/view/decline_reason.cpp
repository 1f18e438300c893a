#include <algorithm>
#include <array>

#include "view/wording.hpp"

namespace pay::view {
namespace {

struct Row {
  std::string_view decline_code;
  Sentence reason;
};

/// The decline codes of the simulator's test cards, and those that providers' own words are made into.
constexpr auto rows = std::to_array<Row>({
    {"generic_decline",
     {"The card was declined; another card may work.", "La carte a été refusée ; essayez une autre carte."}},
    {"insufficient_funds", {"The card has insufficient funds.", "La carte n'a pas les fonds suffisants."}},
    {"lost_card", {"The card was reported lost.", "La carte a été déclarée perdue."}},
    {"stolen_card", {"The card was reported stolen.", "La carte a été déclarée volée."}},
    {"expired_card", {"The card has expired.", "La carte est expirée."}},
    {"incorrect_cvc",
     {"The card's security code is incorrect.", "Le code de sécurité de la carte est incorrect."}},
    {"processing_error",
     {"An error occurred while the card was processed; try again in a moment.",
      "Une erreur est survenue pendant le traitement de la carte ; réessayez dans un instant."}},
    {"card_velocity_exceeded",
     {"The card was used too often or for too much lately.",
      "La carte a été utilisée trop souvent ou pour un montant trop élevé récemment."}},
    {"fraudulent", {"The payment was declined as suspicious.", "Le paiement a été refusé car jugé suspect."}},

    // What the card, or whatever else was to pay, is not good for.
    {"incorrect_number", {"The card number is incorrect.", "Le numéro de la carte est incorrect."}},
    {"incorrect_address", {"The billing address is incorrect.", "L'adresse de facturation est incorrecte."}},
    {"incorrect_zip", {"The billing address is incorrect.", "L'adresse de facturation est incorrecte."}},
    {"incorrect_pin", {"The card's PIN is incorrect.", "Le NIP de la carte est incorrect."}},
    {"pin_required", {"The card asks for its PIN.", "La carte demande son NIP."}},
    {"pin_try_exceeded", {"A wrong PIN was entered too often.", "Un NIP erroné a été saisi trop souvent."}},
    {"invalid_expiry_month",
     {"The card's expiry month is incorrect.", "Le mois d'expiration de la carte est incorrect."}},
    {"invalid_expiry_year",
     {"The card's expiry year is incorrect.", "L'année d'expiration de la carte est incorrecte."}},
    {"card_not_supported",
     {"The card is not good for this kind of purchase.", "La carte ne permet pas ce genre d'achat."}},
    {"currency_not_supported",
     {"The card is not good for this currency.", "La carte ne permet pas cette devise."}},
    {"card_not_activated", {"The card is not activated yet.", "La carte n'est pas encore activée."}},
    {"pickup_card", {"The card may not be used.", "La carte ne peut pas être utilisée."}},
    {"restricted_card", {"The card may not be used for this.", "La carte ne peut pas servir à cela."}},
    {"test_card_refused", {"A test card cannot pay here.", "Une carte de test ne peut pas payer ici."}},
    {"invalid_account",
     {"The account behind the card or wallet cannot pay.",
      "Le compte lié à la carte ou au portefeuille ne peut pas payer."}},
    {"invalid_amount",
     {"The amount is not possible with this card.", "Le montant n'est pas possible avec cette carte."}},

    // What the issuer says without saying why.
    {"do_not_honor",
     {"The issuer declined without a reason; another card may work.",
      "L'émetteur a refusé sans donner de raison ; essayez une autre carte."}},
    {"call_issuer",
     {"The issuer declined; the shopper may ask it why.",
      "L'émetteur a refusé ; l'acheteur peut lui demander pourquoi."}},
    {"transaction_not_allowed",
     {"The issuer does not allow this payment.", "L'émetteur ne permet pas ce paiement."}},
    {"security_violation",
     {"The issuer declined for reasons of security.", "L'émetteur a refusé pour des raisons de sécurité."}},
    {"try_again_later",
     {"The issuer could not decide; try again later.",
      "L'émetteur n'a pas pu décider ; réessayez plus tard."}},
    {"issuer_not_available",
     {"The issuer could not be reached; try again later.",
      "L'émetteur n'a pas pu être joint ; réessayez plus tard."}},
    {"authorization_revoked",
     {"The shopper has withdrawn the permission to charge this card.",
      "L'acheteur a retiré l'autorisation de débiter cette carte."}},
    {"duplicate_transaction",
     {"The same payment was made a moment ago.", "Le même paiement a été fait il y a un instant."}},

    // What the shopper did not do.
    {"authentication_required",
     {"The issuer wants the shopper to confirm the payment.",
      "L'émetteur veut que l'acheteur confirme le paiement."}},
    {"authentication_failed",
     {"The shopper did not pass the issuer's check.",
      "L'acheteur n'a pas réussi la vérification de l'émetteur."}},
    {"approval_canceled",
     {"The payment was given up before the shopper agreed to it.",
      "Le paiement a été abandonné avant que l'acheteur y consente."}},
    {"approval_expired",
     {"The shopper did not agree to the payment in time.",
      "L'acheteur n'a pas consenti au paiement à temps."}},

    // What the provider says of a capture, a cancellation or a refund.
    {"authorization_expired", {"The authorization has expired.", "L'autorisation a expiré."}},
    {"authorization_voided", {"The authorization was canceled.", "L'autorisation a été annulée."}},
    {"already_captured", {"The money was taken already.", "L'argent a déjà été encaissé."}},
    {"already_refunded", {"The money was given back already.", "L'argent a déjà été remboursé."}},
    {"amount_too_large",
     {"The amount is more than the provider allows.", "Le montant dépasse ce que le prestataire permet."}},
    {"amount_too_small",
     {"The amount is less than the provider allows.",
      "Le montant est inférieur à ce que le prestataire permet."}},
    {"disputed",
     {"The payment is disputed; the dispute decides.", "Le paiement est contesté ; le litige en décidera."}},
    {"insufficient_balance",
     {"The balance at the provider does not cover the refund.",
      "Le solde chez le prestataire ne couvre pas le remboursement."}},
    {"refund_not_allowed",
     {"The provider does not allow this refund.", "Le prestataire ne permet pas ce remboursement."}},

    {"refund_failed",
     {"The refund failed at the provider.", "Le remboursement a échoué chez le prestataire."}},
    {"canceled", {"It was canceled at the provider.", "L'opération a été annulée chez le prestataire."}},

    {"resolved_by_operator",
     {"An operator found out that it was not done.", "Un opérateur a constaté que cela n'a pas été fait."}},
});

}  // namespace

Sentence decline_reason(std::string_view decline_code) {
  const auto* row = std::ranges::find(rows, decline_code, &Row::decline_code);
  return row != rows.end() ? row->reason : explanation(ErrorCode::card_declined);
}

}  // namespace pay::view
