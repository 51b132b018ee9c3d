#include "amt/device/device_kind.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

[[noreturn]] void refuse(const std::string& word, const std::string& option, const char* known) {
  throw UsageError(str_cat(option, " '", word, "' is not known; use ", known));
}

}  // namespace

DeviceKind device_kind(const std::string& word, const std::string& option) {
  if (word == "auto") return DeviceKind::kAuto;
  if (word == "cuda") return DeviceKind::kCuda;
  if (word == "cpu") return DeviceKind::kCpu;
  refuse(word, option, "auto, cuda or cpu");
}

cuda::Attention attention_kind(const std::string& word, const std::string& option) {
  if (word == "auto") return cuda::Attention::kAuto;
  if (word == "cudnn") return cuda::Attention::kCudnn;
  if (word == "plain") return cuda::Attention::kPlain;
  refuse(word, option, "auto, cudnn or plain");
}

}  // namespace amt
