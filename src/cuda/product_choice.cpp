#include "product_choice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/json.hpp"

namespace amt::cuda {
namespace {

constexpr const char* kFormat = "amt-algorithms";
constexpr int kVersion = 1;
constexpr const char* kWhere = "the recorded choice of algorithms";
constexpr int kRounds = 4;

double flops(const MatmulPlan& p) {
  return 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
}

/// Returns the index of the proposal with the shortest time in several rounds. The proposals take
/// turns, so that none benefits from a cooler card. If times are equal, the first one wins.
std::size_t fastest(std::size_t count, const ProductChoice::Seconds& seconds) {
  std::vector<double> best(count, std::numeric_limits<double>::infinity());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) best[i] = std::min(best[i], seconds(i));
  }
  return static_cast<std::size_t>(std::ranges::min_element(best) - best.begin());
}

}  // namespace

std::string text_of(const MatmulPlan& p) {
  return fmt::format("{} x {} x {}, a by {}{}, b by {}{}, d by {}{}{}, epilogue {} by {}", p.m, p.n,
                     p.k, p.lda, p.transpose_a ? " transposed" : "", p.ldb,
                     p.transpose_b ? " transposed" : "", p.ldd, p.accumulate ? " added to " : " ",
                     p.output == Element::kFloat ? "fp32" : "bf16", static_cast<int>(p.epilogue),
                     p.ld_aux);
}

std::size_t ProductChoice::choose(const MatmulPlan& plan, const std::vector<std::string>& proposals,
                                  const Seconds& seconds) {
  const std::string product = text_of(plan);
  const auto known = chosen_.find(product);
  if (known != chosen_.end()) {
    const auto& [index, proposal] = known->second;
    if (index < proposals.size() && proposals[index] == proposal) return index;
  }
  if (!timing_ || flops(plan) < timed_flops_) return 0;
  const std::size_t index = fastest(proposals.size(), seconds);
  chosen_[product] = {index, proposals[index]};
  return index;
}

std::string ProductChoice::record() const {
  nlohmann::ordered_json products = nlohmann::ordered_json::object();
  for (const auto& [product, chosen] : chosen_) products[product] = {chosen.index, chosen.proposal};
  const nlohmann::ordered_json all = {
      {"format", kFormat}, {"version", kVersion}, {"device", setting_}, {"products", products}};
  return all.dump(1) + "\n";
}

std::string ProductChoice::take(const std::string& record) try {
  const json::Value root = json::from_text(record, kWhere, {});
  if (root.at("format").text() != kFormat) root.at("format").refuse(kFormat);
  root.at("version").integer(kVersion, kVersion);
  const std::string setting = root.at("device").text();
  if (setting != setting_) return fmt::format("it is for {}, but this is {}", setting, setting_);
  std::map<std::string, Chosen> taken;
  for (const auto& [product, chosen] : root.at("products").members()) {
    const std::vector<json::Value> pair = chosen.array(2);
    if (pair.size() != 2) chosen.refuse("an index and the proposal with that index");
    taken[product] = {pair[0].count(), pair[1].text()};
  }
  chosen_ = std::move(taken);
  return "";
} catch (const Error& error) {
  return error.what();
}

}  // namespace amt::cuda
