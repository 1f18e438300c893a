#include "view/wording.hpp"

#include <utility>

#include "base/bug.hpp"

namespace pay::view {

Sentence title(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_json:
      return {"Malformed JSON", "JSON mal formé"};
    case ErrorCode::invalid_request:
      return {"Invalid request", "Requête invalide"};
    case ErrorCode::incorrect_number:
      return {"Incorrect card number", "Numéro de carte incorrect"};
    case ErrorCode::invalid_expiry_month:
      return {"Invalid expiry month", "Mois d'expiration invalide"};
    case ErrorCode::invalid_expiry_year:
      return {"Invalid expiry year", "Année d'expiration invalide"};
    case ErrorCode::invalid_cvc:
      return {"Invalid security code", "Code de sécurité invalide"};
    case ErrorCode::live_card_refused:
      return {"Not a test card", "Pas une carte de test"};
    case ErrorCode::invalid_signature:
      return {"Invalid signature", "Signature invalide"};
    case ErrorCode::invalid_idempotency_key:
      return {"Invalid Idempotency-Key", "Idempotency-Key invalide"};
    case ErrorCode::unauthorized:
      return {"Unauthorized", "Non autorisé"};
    case ErrorCode::card_declined:
      return {"Card declined", "Carte refusée"};
    case ErrorCode::not_found:
      return {"Not found", "Introuvable"};
    case ErrorCode::method_not_allowed:
      return {"Method not allowed", "Méthode non permise"};
    case ErrorCode::invalid_state:
      return {"Not possible in this status", "Impossible dans cet état"};
    case ErrorCode::amount_exceeds_authorized:
      return {"Amount exceeds what was authorized", "Montant supérieur à l'autorisation"};
    case ErrorCode::amount_exceeds_captured:
      return {"Amount exceeds what was captured", "Montant supérieur à l'encaissement"};
    case ErrorCode::idempotency_key_in_use:
      return {"Idempotency-Key in use", "Idempotency-Key en cours d'utilisation"};
    case ErrorCode::payload_too_large:
      return {"Body too large", "Corps trop volumineux"};
    case ErrorCode::unsupported_media_type:
      return {"Unsupported media type", "Type de contenu non pris en charge"};
    case ErrorCode::idempotency_key_reused:
      return {"Idempotency-Key reused", "Idempotency-Key réutilisée"};
    case ErrorCode::rate_limited:
      return {"Too many requests", "Trop de requêtes"};
    case ErrorCode::unavailable:
      return {"Service unavailable", "Service indisponible"};
  }
  bug("an enumeration has another value");
}

Sentence explanation(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_json:
      return {"The body is not valid JSON.", "Le corps n'est pas du JSON valide."};
    case ErrorCode::invalid_request:
      return {"One or more fields are wrong.", "Un ou plusieurs champs sont incorrects."};
    case ErrorCode::incorrect_number:
      return {"The card number is not correct: check its digits.",
              "Le numéro de carte est incorrect : vérifiez ses chiffres."};
    case ErrorCode::invalid_expiry_month:
      return {"The card's expiry month does not exist or has passed.",
              "Le mois d'expiration de la carte n'existe pas ou est passé."};
    case ErrorCode::invalid_expiry_year:
      return {"The card's expiry year has passed or is too far away.",
              "L'année d'expiration de la carte est passée ou trop lointaine."};
    case ErrorCode::invalid_cvc:
      return {"The card's security code has a wrong length.",
              "Le code de sécurité de la carte n'a pas la bonne longueur."};
    case ErrorCode::live_card_refused:
      return {"This is a simulator: it accepts known test cards only, and keeps nothing of any other.",
              "Ceci est un simulateur : il n'accepte que les cartes de test connues et ne garde rien des "
              "autres."};
    case ErrorCode::invalid_signature:
      return {"The provider did not sign this, or signed it too long ago.",
              "Le prestataire n'a pas signé ceci, ou l'a signé il y a trop longtemps."};
    case ErrorCode::invalid_idempotency_key:
      return {
          "The Idempotency-Key must be 1 to 255 visible characters, sent once.",
          "L'Idempotency-Key doit compter de 1 à 255 caractères visibles et être envoyée une seule fois."};
    case ErrorCode::unauthorized:
      return {
          "An API key that is known is required: Authorization: Bearer KEY, or X-Api-Key: KEY. Whoever runs "
          "the service makes one with: payment-service clients add-key NAME.",
          "Une clé d'API connue est requise : Authorization: Bearer CLÉ, ou X-Api-Key: CLÉ. Qui exploite le "
          "service en crée une par : payment-service clients add-key NOM."};
    case ErrorCode::card_declined:
      return {"The card was declined.", "La carte a été refusée."};
    case ErrorCode::not_found:
      return {"There is nothing here: no such payment or path.", "Endpoint ou ressource introuvable."};
    case ErrorCode::method_not_allowed:
      return {"This path exists, but not with this method; the Allow header names those it has.",
              "Ce chemin existe, mais pas avec cette méthode ; l'en-tête Allow nomme celles qu'il accepte."};
    case ErrorCode::invalid_state:
      return {"The payment's status does not allow this.", "L'état du paiement ne le permet pas."};
    case ErrorCode::amount_exceeds_authorized:
      return {"The amount is more than what was authorized.", "Le montant dépasse ce qui a été autorisé."};
    case ErrorCode::amount_exceeds_captured:
      return {"The amount is more than what can still be refunded.",
              "Le montant dépasse ce qui peut encore être remboursé."};
    case ErrorCode::idempotency_key_in_use:
      return {
          "The first request with this Idempotency-Key is still running; try again in a moment.",
          "La première requête avec cette Idempotency-Key est encore en cours ; réessayez dans un instant."};
    case ErrorCode::payload_too_large:
      return {"The body is larger than 64 KiB.", "Le corps dépasse 64 Kio."};
    case ErrorCode::unsupported_media_type:
      return {"The body must be JSON in UTF-8: Content-Type: application/json.",
              "Le corps doit être du JSON en UTF-8 : Content-Type: application/json."};
    case ErrorCode::idempotency_key_reused:
      return {"This Idempotency-Key was used for another request; a new request needs a new key.",
              "Cette Idempotency-Key a servi à une autre requête ; une nouvelle requête demande une nouvelle "
              "clé."};
    case ErrorCode::rate_limited:
      return {"Too many wrong API keys came from this address; try again in a minute, with a right one.",
              "Trop de clés d'API erronées sont venues de cette adresse ; réessayez dans une minute, avec "
              "une bonne."};
    case ErrorCode::unavailable:
      return {
          "The service cannot answer right now; nothing is lost, try again in a moment.",
          "Le service ne peut pas répondre pour le moment ; rien n'est perdu, réessayez dans un instant."};
  }
  bug("an enumeration has another value");
}

Sentence title(int http_status) {
  switch (http_status) {
    case 400:
      return {"Bad request", "Requête incorrecte"};
    case 404:
      return {"Not found", "Introuvable"};
    case 408:
      return {"Request timeout", "Délai dépassé"};
    case 413:
      return {"Body too large", "Corps trop volumineux"};
    case 414:
      return {"URI too long", "Adresse trop longue"};
    case 417:
      return {"Expectation failed", "Attente non satisfaite"};
    case 431:
      return {"Header too large", "En-têtes trop volumineux"};
    case 500:
      return {"Internal error", "Erreur interne"};
    case 503:
      return {"Service unavailable", "Service indisponible"};
    default:
      return {"Request refused", "Requête refusée"};
  }
}

Sentence wording(Status status) {
  switch (status) {
    case Status::pending:
      return {"pending", "en attente (pending)"};
    case Status::requires_action:
      return {"waiting for the shopper (requires_action)", "en attente de l'acheteur (requires_action)"};
    case Status::processing:
      return {"being processed (processing)", "en cours de traitement (processing)"};
    case Status::authorized:
      return {"authorized", "autorisé (authorized)"};
    case Status::paid:
      return {"paid", "payé (paid)"};
    case Status::partially_refunded:
      return {"refunded in part (partially_refunded)", "remboursé en partie (partially_refunded)"};
    case Status::refunded:
      return {"refunded", "remboursé (refunded)"};
    case Status::canceled:
      return {"canceled", "annulé (canceled)"};
  }
  bug("an enumeration has another value");
}

}  // namespace pay::view
