#include "provider/webhook.hpp"

#include "base/log.hpp"

namespace pay {

void warn_of_failed_refund(std::string_view provider, PaymentId payment) {
  log::warn("a provider says that a refund failed: see whether the payer has the money",
            {{"provider", provider}, {"payment_id", payment.value}});
}

}  // namespace pay
