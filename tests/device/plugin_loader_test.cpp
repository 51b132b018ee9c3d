// Tests which plug-ins the loader finds and refuses, and errors that cross the plug-in's interface.
#include "amt/device/plugin_loader.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "amt/base/error.hpp"
#include "amt/device/offer.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = AMT_TEST_PLUGINS;
const fs::path kFake = kPlugins / "libamt_fake_plugin.so";

/// Sets an environment variable for the lifetime of the object.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Setting() { unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

TEST(PluginLoader, LoadsTheFileThatTheVariableNames) {
  const Setting named(kPluginVariable, kFake);
  EXPECT_EQ(find_plugin(), kFake);
  EXPECT_EQ(load_plugin(find_plugin()).versions(), "fake CUDA");
}

TEST(PluginLoader, LooksNearTheProgram) {
  // This program is in build/.../tests/, and the plug-in, if it is built, in build/.../lib/.
#ifdef AMT_BUILT_PLUGIN
  EXPECT_EQ(find_plugin(), fs::path(AMT_BUILT_PLUGIN));
#else
  EXPECT_TRUE(test::refuses<Error>([] { find_plugin(); },
                                   {"/lib/libamt_cuda.so", "/tests/libamt_cuda.so"}));
#endif
}

TEST(PluginLoader, RefusesAMissingFile) {
  const Setting named(kPluginVariable, "/nowhere/libamt_cuda.so");
  EXPECT_TRUE(
      test::refuses<Error>([] { find_plugin(); }, {kPluginVariable, "/nowhere/libamt_cuda.so"}));
}

TEST(PluginLoader, RefusesATextFile) {
  const test::TemporaryFolder folder;
  const fs::path text = folder.path() / "text.so";
  std::ofstream(text) << "no library\n";
  EXPECT_TRUE(test::refuses<Error>([&] { load_plugin(text); }, {text.string()}));
}

TEST(PluginLoader, RefusesALibraryWithoutTheSymbol) {
  const fs::path file = kPlugins / "libamt_not_a_plugin.so";
  EXPECT_TRUE(test::refuses<Error>([&] { load_plugin(file); }, {file.string()}));
}

TEST(PluginLoader, RefusesAPluginBuiltFromOtherHeaders) {
  const fs::path file = kPlugins / "libamt_old_plugin.so";
  EXPECT_TRUE(test::refuses<Error>([&] { load_plugin(file); }, {file.string()}));
}

// The plug-in contains its own copies of this code, but must use this program's activity and log.
TEST(PluginLoader, APluginSharesTheProgramsState) {
  const cuda::Plugin& plugin = load_plugin(kFake);
  const std::uint64_t before = current_activity().progress;
  plugin.versions();
  EXPECT_EQ(current_activity().progress, before + 1);
  set_log_identity(2, 3, "node17");
  EXPECT_TRUE(test::refuses<Error>(
      [&] {
        plugin.make_ops({999, cuda::Attention::kAuto});
      },
      {"rank 2 of 3 on node17"}));
  set_log_identity(0, 1, "");
}

TEST(PluginLoader, ErrorsCrossTheInterface) {
  const cuda::Plugin& plugin = load_plugin(kFake);
  EXPECT_EQ(test::refusal<Error>([&] {
              plugin.make_ops({999, cuda::Attention::kAuto});
            }),
            "the fake has no device 999 for rank 0 of 1");
}

#ifdef AMT_BUILT_PLUGIN
// No machine has a device 999, and this one may have no device at all.
TEST(BuiltPlugin, ReportsItsVersionsAndThrowsWithoutADevice) {
  const cuda::Plugin& plugin = load_plugin(AMT_BUILT_PLUGIN);
  EXPECT_TRUE(test::says(plugin.versions(), {"CUDA 1", "NCCL 2.", "attention "}));
  std::string why;
  const int devices = plugin.device_count(&why);
  EXPECT_EQ(devices == 0, !why.empty());
  EXPECT_TRUE(test::refuses<Error>([&] { plugin.device_info(999); }, {"device 999"}));
  EXPECT_THROW(plugin.make_ops({999, cuda::Attention::kAuto}), Error);
}
#endif

TEST(DeviceOffer, DependsOnTheRankWithinTheHost) {
  const Setting named(kPluginVariable, kFake), devices("AMT_FAKE_DEVICES", "2");
  for (int rank = 0; rank < 5; ++rank) {
    const DeviceOffer offer = offer_device(DeviceKind::kAuto, "", rank);
    EXPECT_EQ(offer.refusal, "");
    ASSERT_NE(offer.plugin, nullptr);
    EXPECT_EQ(offer.device, rank % 2);
    EXPECT_EQ(offer.info.bus_id, rank % 2 == 0 ? "0000:00:00.0" : "0000:01:00.0");
  }
}

TEST(DeviceOffer, ExplainsWhyThereIsNoDevice) {
  const Setting named(kPluginVariable, kFake);
  EXPECT_EQ(offer_device(DeviceKind::kCuda, "", 0).refusal, "the fake has no device");
  const Setting devices("AMT_FAKE_DEVICES", "1"), capability("AMT_FAKE_CAPABILITY", "70");
  const DeviceOffer old = offer_device(DeviceKind::kAuto, "", 0);
  EXPECT_EQ(old.plugin, nullptr);
  EXPECT_TRUE(test::says(old.refusal, {"NVIDIA H200", "7.0", "bf16"}));
}

TEST(DeviceOffer, NothingIsLoadedForTheCpu) {
  const Setting named(kPluginVariable, "/nowhere");
  EXPECT_EQ(offer_device(DeviceKind::kCpu, "", 0).refusal, "");
  EXPECT_EQ(offer_device(DeviceKind::kAuto, "only the CPU will do", 0).refusal,
            "only the CPU will do");
}

}  // namespace
}  // namespace amt
