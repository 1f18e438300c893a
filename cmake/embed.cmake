# pay_embed(TARGET HEADER SYMBOL FILE)
# Makes FILE's text a constant `pay::SYMBOL` (std::string_view) in the generated header HEADER.
function(pay_embed target header symbol file)
  set(out "${CMAKE_BINARY_DIR}/embedded/${header}")
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  add_custom_command(OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" -DSOURCE=${source} -DOUT=${out} -DSYMBOL=${symbol}
            -P "${CMAKE_SOURCE_DIR}/cmake/embed_file.cmake"
    DEPENDS "${source}" "${CMAKE_SOURCE_DIR}/cmake/embed_file.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${out}")
  target_include_directories(${target} PRIVATE "${CMAKE_BINARY_DIR}/embedded")
endfunction()
