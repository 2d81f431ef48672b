"a new one in every test"
