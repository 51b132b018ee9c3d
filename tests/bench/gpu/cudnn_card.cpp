// Prints cuDNN's description of this machine's first GPU as JSON. tests/cuda/described_cards.hpp
// contains such descriptions, written by hand. Links cuDNN directly; needs cuDNN 9.8 or newer.
#include <cudnn.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void check(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::fprintf(stderr, "cudnn_card: %s: %s\n", what, cudnnGetErrorString(status));
  std::exit(1);
}

}  // namespace

int main() {
  cudnnBackendDescriptor_t card = nullptr;
  check(cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &card), "describing");
  const std::int32_t device = 0;
  check(
      cudnnBackendSetAttribute(card, CUDNN_ATTR_DEVICEPROP_DEVICE_ID, CUDNN_TYPE_INT32, 1, &device),
      "selecting the device");
  check(cudnnBackendFinalize(card), "querying the device");
  const auto json = CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION;
  std::int64_t size = 0;
  check(cudnnBackendGetAttribute(card, json, CUDNN_TYPE_CHAR, 0, &size, nullptr),
        "querying the size of the description");
  std::string text(static_cast<std::size_t>(size), '\0');
  check(cudnnBackendGetAttribute(card, json, CUDNN_TYPE_CHAR, size, &size, text.data()), "reading");
  std::printf("%s\n", text.c_str());
  cudnnBackendDestroyDescriptor(card);
  return 0;
}
