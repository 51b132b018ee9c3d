#include "golden_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "golden.hpp"

namespace amt::test {
namespace {

std::string read_case_file(const std::string& name) {
  const std::filesystem::path plain = golden_dir() / "mid" / name;
  return read_golden(exists(plain) ? plain : std::filesystem::path(plain.string() + ".gz"));
}

GoldenCase make_case(const nlohmann::json& json) {
  GoldenCase out;
  out.file = json.at("file").get<std::string>();
  out.bytes = read_case_file(out.file);
  out.ok = json.at("ok").get<bool>();
  if (!out.ok) return out;
  out.compound = json.at("compound").get<std::vector<double>>();
  out.interarrival = json.at("interarrival").get<std::vector<int>>();
  out.interarrival_truncations = json.at("ia_truncations").get<std::uint64_t>();
  out.status = json.at("status").get<int>();
  if (out.status != 0) return out;
  out.events = json.at("events").get<std::vector<int>>();
  out.truncations = json.at("truncations").get<std::uint64_t>();
  return out;
}

std::vector<GoldenCase> read_cases() {
  std::vector<GoldenCase> cases;
  const auto json = nlohmann::json::parse(read_golden(golden_dir() / "cases.json.gz"));
  for (const nlohmann::json& entry : json) cases.push_back(make_case(entry));
  return cases;
}

}  // namespace

const std::vector<GoldenCase>& golden_cases() {
  static const std::vector<GoldenCase> cases = read_cases();
  return cases;
}

const GoldenCase& golden_case(std::string_view file) {
  const auto found = std::ranges::find(golden_cases(), file, &GoldenCase::file);
  if (found == golden_cases().end()) throw Error("no golden case " + std::string(file));
  return *found;
}

std::vector<TreeFile> golden_unit(char digit) {
  std::vector<TreeFile> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(golden_dir() / "tree" / std::string(1, digit))) {
    files.push_back({digit + ("/" + entry.path().filename().string()), read_golden(entry.path())});
  }
  std::ranges::sort(files, {}, &TreeFile::name);
  return files;
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace amt::test
