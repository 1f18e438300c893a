#include <fmt/format.h>

#include <algorithm>

#include "base/bug.hpp"
#include "view/responses.hpp"
#include "view/wording.hpp"

namespace pay::view {

namespace {

constexpr std::string_view page_format = R"(<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; box-sizing: border-box; min-height: 100vh; display: grid; place-content: center; padding: 1.5rem;
  font: 18px/1.5 system-ui, sans-serif; text-align: center; }}
h1 {{ font-size: 1.5rem; margin: 0 0 .4rem; }}
p {{ margin: 0; opacity: .75; max-width: 30rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{advice}</p>
</main>
</body>
</html>
)";

struct Words {
  Sentence title;
  Sentence advice;
};

constexpr Sentence close_page{"You can close this page and go back to the shop.",
                              "Vous pouvez fermer cette page et retourner à la boutique."};

Words words_for(Status status) {
  switch (status) {
    case Status::authorized:
    case Status::paid:
      return {{"Thank you: the payment went through.", "Merci : le paiement a réussi."}, close_page};
    case Status::processing:
      return {{"The payment is being processed.", "Le paiement est en cours de traitement."},
              {"Nothing more is to be done; the shop will know. You can close this page.",
               "Il n'y a plus rien à faire, la boutique sera prévenue. Vous pouvez fermer cette page."}};
    case Status::requires_action:
      return {{"The payment still waits for you.", "Le paiement vous attend encore."},
              {"It was not confirmed. Go back to the shop to confirm it or to pay in another way.",
               "Il n'a pas été confirmé. Retournez à la boutique pour le confirmer ou payer autrement."}};
    case Status::pending:
      return {{"The payment did not go through.", "Le paiement n'a pas abouti."},
              {"Nothing was charged. Go back to the shop to try again.",
               "Rien n'a été débité. Retournez à la boutique pour réessayer."}};
    case Status::canceled:
      return {{"The payment was canceled.", "Le paiement a été annulé."}, close_page};
    case Status::partially_refunded:
    case Status::refunded:
      return {{"The payment was refunded.", "Le paiement a été remboursé."}, close_page};
  }
  bug("an enumeration has another value");
}

Words words_for(const ReturnPage& shown) {
  if (shown.payment) return words_for(*shown.payment);
  if (shown.status == 404) {
    return {{"This link leads nowhere.", "Ce lien ne mène nulle part."},
            {"Go back to the shop: it knows about your payment.",
             "Retournez à la boutique : elle sait ce qu'il en est de votre paiement."}};
  }
  return {{"The payment cannot be shown right now.", "Le paiement ne peut pas être affiché pour le moment."},
          {"Nothing is lost. Try again in a moment, or go back to the shop.",
           "Rien n'est perdu. Réessayez dans un instant ou retournez à la boutique."}};
}

}  // namespace

std::string back_to_shop(std::string_view return_url, const Payment& payment) {
  const auto fragment = std::min(return_url.find('#'), return_url.size());
  const auto before = return_url.substr(0, fragment);
  std::string_view separator = before.contains('?') ? "&" : "?";
  if (before.ends_with('?') || before.ends_with('&')) separator = "";
  return fmt::format("{}{}payment_id={}&status={}{}", before, separator, payment.id.value,
                     name(payment.status), return_url.substr(fragment));
}

std::string return_page(const ReturnPage& shown, Language language) {
  const auto words = words_for(shown);
  return fmt::format(page_format, fmt::arg("language", language == Language::french ? "fr" : "en"),
                     fmt::arg("title", in(language, words.title)),
                     fmt::arg("advice", in(language, words.advice)));
}

}  // namespace pay::view
