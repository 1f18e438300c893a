#include "controller/routes.hpp"

#include <array>

#include "controller/commands.hpp"
#include "controller/queries.hpp"

namespace pay::controller {

std::span<const Route> routes() {
  static const std::array table{
      Route{"POST", "/payments", &create_payment},
      Route{"POST", "/payments/process/{id}", &process_payment},
      Route{"POST", "/payments/{id}/process", &process_payment},
      Route{"POST", "/payments/{id}/capture", &capture_payment},
      Route{"POST", "/payments/{id}/cancel", &cancel_payment},
      Route{"POST", "/payments/{id}/refund", &refund_payment},
      Route{"DELETE", "/payments/{id}", &delete_payment},
      Route{"POST", "/payments/cancel-by-order/{order_id}", &cancel_by_order},
      Route{"POST", "/payments/refund-by-order/{order_id}", &refund_by_order},

      Route{"GET", "/payments/{id}", &get_payment},
      Route{"GET", "/payments", &list_payments},
      Route{"GET", "/payments/{id}/events", &list_events},
      Route{"GET", "/payments/{id}/refunds", &list_refunds},
      Route{"GET", "/payments/{id}/attempts", &list_attempts},

      Route{"GET", "/attempts", &list_all_attempts},
      Route{"GET", "/providers", Page::providers},
      Route{"GET", "/payments/{id}/return", Arrival::payer, Access::anyone},
      Route{"POST", "/providers/{provider}/webhook", Arrival::webhook, Access::anyone},

      Route{"GET", "/notifications", &list_notifications},
      Route{"POST", "/notifications/{id}/retry", &retry_notification},

      // The gateway's own shapes, as people call them on the service itself. There, POST of a payment means
      // process.
      Route{"POST", "/payments-api/payments", &create_payment},
      Route{"POST", "/payments-api/payments/{id}", &process_payment},
      Route{"POST", "/payments-api/payments/process/{id}", &process_payment},
      Route{"GET", "/payments-api/payments", &list_payments},
      Route{"GET", "/payments-api/payments/{id}", &get_payment},

      Route{"GET", "/", Page::welcome, Access::anyone},
      Route{"GET", "/health/live", Page::live, Access::anyone},
      Route{"GET", "/health-check", Page::live, Access::anyone},
      Route{"GET", "/health/ready", &check_ready, Access::anyone},
      Route{"GET", "/metrics", Page::metrics, Access::anyone},
      Route{"GET", "/openapi.json", Page::openapi, Access::anyone},
      Route{"GET", "/docs", Page::docs, Access::anyone},
  };
  return table;
}

}  // namespace pay::controller
