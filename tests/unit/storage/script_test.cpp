// How a migration falls into statements.
#include "storage/script.hpp"

#include <gmock/gmock.h>

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Script, falls_into_statements_at_the_ends_of_lines) {
  EXPECT_THAT(statements_of("-- why; it is so\n\nA (\n  b,  -- c; d\n  e\n);\n-- and\nB;\n\nC;\n"),
              ElementsAre("A (\n  b,  -- c; d\n  e\n);\n", "B;\n", "C;\n"));
}

TEST(Script, without_statements_has_none) {
  EXPECT_THAT(statements_of(""), IsEmpty());
  EXPECT_THAT(statements_of("-- nothing\n\n"), IsEmpty());
}

}  // namespace
}  // namespace pay::test
