# gpu_test is for a machine with a GPU. It loads the plug-in, links no CUDA library, and skips all
# tests if there is no device. Runs with a stand-in check the tests themselves.
amt_add_test(gpu_test
  SOURCES gpu_attention_test.cpp gpu_compare.cpp gpu_device.cpp gpu_memory_test.cpp gpu_model_test.cpp gpu_ops_test.cpp gpu_ranks_test.cpp
    gpu_training.cpp ../trainer/golden_run.cpp
  DEPENDS train device LINK amt_test_training RANKS 1 TIMEOUT 600)
if(TARGET amt_cuda)
  add_dependencies(gpu_test amt_cuda)
endif()
# If all tests are skipped, the output ends with the list of skipped tests, and CTest must report a
# skip.
set_tests_properties(gpu_test:ranks=1 PROPERTIES
  SKIP_REGULAR_EXPRESSION "\\[  PASSED  \\] 0 tests\\.[\r\n]+(\\[  SKIPPED \\][^\n]*\n)+[\r\n]*$")
amt_add_mpi_command(gpu_test:standin 1 600 $<TARGET_FILE:gpu_test>)
amt_add_mpi_command(gpu_test:standin:ranks=2 2 300 $<TARGET_FILE:gpu_test> --gtest_filter=*Ranks*)
set_property(TEST gpu_test:standin gpu_test:standin:ranks=2 APPEND PROPERTY
  ENVIRONMENT AMT_GPU_TEST_STANDIN=cpu-bf16)
