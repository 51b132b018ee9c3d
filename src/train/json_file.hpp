// Small JSON files of a run: numbers that may not be finite, and reading with errors that name the
// file.
#pragma once

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"

namespace amt {

using Json = nlohmann::ordered_json;

inline Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// What `parse` makes of a file that says it is `format` of this version. Error naming the file and
/// what is wrong with it.
template <class Parse>
auto read_json_file(const std::filesystem::path& path, const char* format, int version,
                    const Parse& parse) {
  constexpr std::uint64_t kMaxBytes = 1u << 20;
  const std::string text = read_text(path, kMaxBytes);
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != format || json.at("version") != version) {
      throw Error(str_cat("it is not ", format, " version ", version));
    }
    return parse(json);
  } catch (const nlohmann::json::exception&) {
    throw Error(str_cat("cannot read ", path.string(), ": a member is missing or of another type"));
  } catch (const Error& error) {
    throw Error(str_cat("cannot read ", path.string(), ": ", error.what()));
  }
}

}  // namespace amt
