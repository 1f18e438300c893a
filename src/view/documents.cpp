#include "docs.html.hpp"
#include "openapi.json.hpp"
#include "view/responses.hpp"

namespace pay::view {

std::string welcome() {
  return R"({"service":"PaymentMicroservice","status":"running","version":")" PAY_VERSION R"("})";
}

std::string healthy() {
  return R"({"status":"ok"})";
}

std::string received() {
  return R"({"received":true})";
}

std::string_view openapi() {
  return openapi_json;
}

std::string_view docs_page() {
  return docs_html;
}

}  // namespace pay::view
