# Flags and libraries that every room shares. Everything comes from Debian's packages.

add_library(pay_flags INTERFACE)
target_compile_options(pay_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>)
target_compile_definitions(pay_flags INTERFACE
  PAY_VERSION="${PROJECT_VERSION}"
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_include_directories(pay_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")

if(PAY_SANITIZE)
  target_compile_options(pay_flags INTERFACE
    -fsanitize=${PAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pay_flags INTERFACE -fsanitize=${PAY_SANITIZE})
endif()
if(PAY_COVERAGE)
  target_compile_options(pay_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(pay_flags INTERFACE -fprofile-instr-generate)
endif()
if(PAY_FUZZ)
  target_compile_options(pay_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
find_program(LLD NAMES ld.lld-19 ld.lld)
if(LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(pay_flags INTERFACE "--ld-path=${LLD}")
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(mariadb REQUIRED IMPORTED_TARGET libmariadb)
