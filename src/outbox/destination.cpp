#include "outbox/destination.hpp"

#include "base/bug.hpp"
#include "outbox/event/wire.hpp"
#include "outbox/store_manager/wire.hpp"

namespace pay {

http::OutgoingRequest compose(const Destination& destination, const Event& event, const RenderEvent& render) {
  switch (destination.style) {
    case NotifyStyle::store_manager:
      return store_manager::compose(destination.url, event);
    case NotifyStyle::event:
      return events::compose(destination.url, render(event));
  }
  bug("a notify style without a way to compose");
}

std::optional<std::string> complaint(NotifyStyle style, const http::Answer& answer) {
  switch (style) {
    case NotifyStyle::store_manager:
      return store_manager::complaint(answer);
    case NotifyStyle::event:
      return events::complaint(answer);
  }
  bug("a notify style without a way to judge");
}

}  // namespace pay
