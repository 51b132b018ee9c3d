#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "amt/base/error.hpp"
#include "amt/publish/job.hpp"

namespace amt {
namespace {

constexpr const char* kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

/// Throws UsageError unless `id` is "name" or "owner/name".
void require_id(const char* option, const std::string& id) {
  const std::size_t slash = id.find('/');
  const auto good = [](const std::string& part) {
    return !part.empty() && part.find_first_not_of(kLetters) == std::string::npos;
  };
  if (slash == std::string::npos ? good(id)
                                 : good(id.substr(0, slash)) && good(id.substr(slash + 1))) {
    return;
  }
  throw UsageError(
      fmt::format("--{}: '{}' is not a name on a hub; use NAME or OWNER/NAME", option, id));
}

}  // namespace

void ExportOptions::register_options(OptionTable& table) {
  table.add("name", &name, "the model's name in the model card; default: the folder's name");
  table.add("license", &license,
            "the model's license, by its identifier on model hubs, e.g. apache-2.0; default: none");
  table.add("datasets", &datasets,
            "names of the training datasets on a model hub, separated by commas");
  table.add("base_model", &base_model,
            "name on a model hub of the model that training started from");
}

std::vector<std::string> ExportOptions::dataset_ids() const {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < datasets.size();) {
    const std::size_t end = std::min(datasets.find(',', at), datasets.size());
    ids.push_back(datasets.substr(at, end - at));
    at = end + 1;
  }
  return ids;
}

void ExportOptions::validate() const {
  if (!license.empty()) require_id("license", license);
  if (!base_model.empty()) require_id("base_model", base_model);
  for (const std::string& id : dataset_ids()) require_id("datasets", id);
}

}  // namespace amt
