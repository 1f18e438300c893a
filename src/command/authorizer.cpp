#include "command/authorizer.hpp"

#include "command/fingerprint.hpp"

namespace pay {

Result<ProcessPayment> Authorizer::authorize(PaymentId id, const Source& source,
                                             std::string return_url) const {
  const auto now = clock_.now();
  ProcessPayment command{.id = id, .return_url = std::move(return_url)};
  if (provider_) {
    auto answer = provider_->authorize(source, now);
    if (!answer && is_the_only_one_) return std::unexpected(std::move(answer.error()));
    command.at_once_provider = provider_->name();
    command.at_once = std::move(answer);
  }
  if (const auto* raw = std::get_if<RawCard>(&source)) {
    // A test number that a provider knows may fail the checks of real ones.
    const bool is_known = command.at_once && *command.at_once;
    if (!is_known) {
      if (auto checked = check_card(*raw->card, false, now); !checked)
        return std::unexpected(std::move(checked.error()));
    }
    command.card = raw->card;
  }
  command.source = kept(source);
  command.outline = outline(source);
  return command;
}

}  // namespace pay
